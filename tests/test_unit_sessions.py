"""Sessions: minutes add up, outcomes are served, and what is named exists."""

import re

import pytest
import yaml
from conftest import ROOT, load_script

from secondline.errors import InputError
from secondline.teaching.sessions import read_session, session_names
from secondline.teaching.slides import slides

FOLDER = ROOT / "book/teaching/sessions"
SMALL = {
    "title": "T", "minutes": 10, "audience": "all", "question": "Q?", "prerequisites": ["P."],
    "outcomes": {"see": "see it"}, "before": ["B."], "take_home": ["H."], "numbers": [],
    "read_on": [],
    "blocks": [
        {"title": "A", "minutes": 4, "kind": "talk", "points": ["x"], "serves": ["see"]},
        {"title": "E", "minutes": 6, "kind": "exercise", "exercise": "part/one#1",
         "serves": ["see"], "when_late": "Leave it."},
    ],
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def write(change=None, **top):
        content = yaml.safe_load(yaml.safe_dump(SMALL)) | top
        if change:
            change(content)
        path = tmp_path / "mine.yml"
        path.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not ...}))
        return read_session(path)

    return write


def block(k, **new):
    def change(content):
        content["blocks"][k - 1].update(new)

    return change


def test_a_session_is_read(read):
    session = read()
    assert (session.name, session.minutes, session.chapters) == ("mine", 10, ("part/one",))
    assert [b.minutes for b in session.blocks] == [4, 6]
    assert session.sections("part/one") == {"Exercises"}
    assert read(block(2, sections=["Two"])).sections("part/one") == {"Exercises", "Two"}
    assert session.sections("part/two") == set()


@pytest.mark.parametrize(
    ("change", "top", "sentence"),
    [
        (block(1, minutes=5), {}, "mine.yml: the blocks add up to 11 minutes, the session has 10"),
        (block(1, minutes=0), {}, "minutes in mine.yml, block 1 is 0; it must be a whole number"),
        (block(1, serves=["sea"]), {}, "mine.yml, block 1 serves 'sea'; the outcomes are 'see'"),
        (block(2, serves=[]), {}, "mine.yml: outcome 'see' has no exercise"),
        (block(1, serves=[]), {}, "mine.yml: outcome 'see' has no block that explains it"),
        (block(1, kind="lecture"), {}, "kind in mine.yml, block 1 is 'lecture'; allowed: 'talk'"),
        (block(1, points=[]), {}, "mine.yml, block 1 has no points"),
        (block(1, color="red"), {}, "mine.yml, block 1 has 'color'; allowed: 'title'"),
        (block(1, exercise="part/one#1"), {}, "mine.yml, block 1 is of kind 'talk'"),
        (block(2, when_late=""), {}, "no block says what to leave out"),
        (block(1, figure="fig-a"), {}, "mine.yml, block 1 has a figure and no chapter"),
        (None, {"audience": ...}, "mine.yml has no audience"),
        (None, {"title": 3}, "title in mine.yml is 3; it must be a text"),
        (None, {"outcomes": ["see"]}, "outcomes in mine.yml must be a mapping"),
        (None, {"numbers": [{"what": "x"}]}, "mine.yml, number 1 needs 'what', and either"),
        (None, {"numbers": [{"what": "x", "result": "y"}]}, "number 1 names a result and no chapter"),
        (None, {"blocks": []}, "blocks in mine.yml must be a list"),
        (None, {"read_on": "x"}, "read_on in mine.yml must be a list of texts"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_file_and_block(read, change, top, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        read(change, **top)


def test_a_slide_with_a_mark_of_the_pages_is_named_with_file_and_block(read):
    session = read(block(1, points=["see {ref}`x`"]))
    with pytest.raises(InputError, match=r"mine.yml, block 1 has a mark that only the book's pages know"):
        slides(session, {})


@pytest.mark.parametrize("name", session_names(FOLDER))
def test_ready_made_sessions_add_up_and_serve_their_outcomes(name):
    session = read_session(FOLDER / f"{name}.yml")
    assert sum(b.minutes for b in session.blocks) == session.minutes
    for outcome in session.outcomes:
        kinds = {b.kind for b in session.blocks if outcome in b.serves}
        assert "exercise" in kinds and len(kinds) > 1
    assert len(session.take_home) >= 3 and session.before and session.prerequisites


def test_the_sessions_that_were_asked_for_are_there():
    minutes = {name: read_session(FOLDER / f"{name}.yml").minutes for name in session_names(FOLDER)}
    assert minutes == {
        "reading-zuma7": 45, "meta-analysis-you-can-check": 90, "is-this-biomarker-predictive": 90,
        "second-line-workshop": 180, "audit-this-paper": 60,
    }  # fmt: skip


def test_the_command_lists_and_refuses_in_a_sentence(capsys):
    command = load_script("scripts/lesson.py").main
    assert command(["list"]) == 0
    assert "45 minutes  Reading ZUMA-7" in capsys.readouterr().out
    assert command(["build", "nothing"]) == 2
    assert "There is no session 'nothing'; the sessions are audit-this-paper," in capsys.readouterr().err
