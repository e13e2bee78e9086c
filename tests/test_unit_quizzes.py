"""Questions on the pages: every number follows its source, every mistake is named with its place."""

import json
import re

import pytest
import yaml
from conftest import ROOT

from secondline.chapters.execution import chapter_names
from secondline.chapters.project import Project
from secondline.chapters.recording import MIME, read_recorded
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.teaching.quizzes import read_all_quizzes, read_quizzes
from secondline.teaching.quoted import Chapters, plain, read_text, read_value

QUIZZES = ROOT / "book/teaching/quizzes"
PARTS = ("zuma7", "tme", "partial-response", "bispecifics", "audit")
CHAPTERS = [name for name in chapter_names(ROOT / "book") if name.split("/")[0] in PARTS]


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The chapters as a build executes them, or took them from what was executed before."""
    folder, project = tmp_path_factory.mktemp("executed"), Project(ROOT)
    for name in CHAPTERS:
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(project.run(project.defaults(name)).entry.notebook)
    return folder


@pytest.fixture(scope="module")
def questions(executed):
    return read_all_quizzes(QUIZZES, executed)


def texts(question):
    yield question.prompt
    for option in question.options:
        yield option.text
        yield option.feedback
    if question.kind == "number":
        yield question.right
        yield question.hint
        yield from (slip.feedback for slip in question.slips)


def test_every_chapter_has_three_questions_and_every_part_both_kinds(questions):
    for chapter in CHAPTERS:
        assert sum(question.chapter == chapter for question in questions) >= 3, chapter
    for part in PARTS:
        kinds = {q.kind for q in questions if q.chapter.split("/")[0] == part}
        assert kinds == {"choice", "number"}, part
    assert {question.chapter for question in questions} == set(CHAPTERS)


def test_questions_stand_in_the_file_of_their_part(executed):
    for part in PARTS:
        for question in read_quizzes(QUIZZES / f"{part}.yml", executed):
            assert question.chapter.split("/")[0] == part, question.id


def test_every_answer_is_told_why(questions):
    for question in questions:
        for text in texts(question):
            assert len(plain(text).split()) >= (3 if text is question.prompt else 1), question.id
        for option in question.options:
            assert len(plain(option.feedback).split()) >= 8, (question.id, plain(option.text))
        for slip in question.slips:
            assert len(plain(slip.feedback).split()) >= 5, question.id
        if question.kind == "number":
            assert question.slips, question.id


def test_prompts_ask_plainly_and_the_right_option_does_not_stand_out(questions):
    places = []
    for question in questions:
        sentences = re.split(r"(?<=[.?:]) ", plain(question.prompt))
        (asked,) = [sentence for sentence in sentences if sentence.endswith("?")]
        assert not re.search(r"\b(?:not|never|except|false|incorrect|wrong)\b", asked), asked
        if question.kind == "choice" and not question.several:
            lengths = [len(plain(option.text)) for option in question.options]
            assert max(lengths) < 1.9 * min(lengths), (question.id, lengths)
            right = [option.right for option in question.options].index(True)
            others = [n for k, n in enumerate(lengths) if k != right]
            assert 0.7 * min(others) < lengths[right] < 1.2 * max(others), (question.id, lengths)
            places.append(right)
    for place in range(3):
        assert 0.2 < places.count(place) / len(places) < 0.5


def test_numeric_answers_are_those_of_their_sources(questions, executed):
    """Read apart from the library: the file's mapping against the claim or the notebook."""
    found = {question.id: question for question in questions}
    checked = 0
    for path in QUIZZES.glob("*.yml"):
        for raw in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]:
            answer = raw.get("answer", {})
            if "claim" in answer:
                expected = float(getattr(get_claim(answer["claim"]), answer.get("part", "value")))
            elif "result" in answer:
                recorded = read_recorded(executed / f"{answer['result']}.ipynb")
                expected = recorded[answer["name"]]
                if "item" in answer:
                    expected = expected[answer["item"]]
            else:
                continue
            expected *= answer.get("scale", 1)
            assert found[raw["id"]].answer.value == pytest.approx(expected), raw["id"]
            checked += 1
    assert checked > 25


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zuma7-efficacy-risk", 100 * (1 - (100 - 40.5) / (100 - 16.3))),
        ("zuma7-efficacy-needed", 100 / (40.5 - 16.3)),
        ("zuma7-design-one-cause", 100 * 52 / 98),
        ("zuma7-subgroups-absolute", 100 * 0.3**0.398 - 30),
        ("tme-signatures-bound", 47 * 0.01),
        ("tme-product-third", 30.96),
        ("tme-burden-median-cut", 200 / 3.141592653589793),
        ("pr-definitions-refractory", 40 + 40),
        ("pr-transplant-of-whom", 0.45 * 35),
        ("bsab-durability-half-of-whom", 50 * 35 / 46),
        ("audit-own-example", 100 * 20 / 52),
    ],
)
def test_answers_that_can_be_worked_out_by_hand(questions, name, expected):
    (question,) = (q for q in questions if q.id == name)
    assert abs(question.answer.value - expected) < question.within
    assert question.answer.value == pytest.approx(expected, abs=1e-3 * max(1, abs(expected)))


# --- broken files


def notebook(folder, name="part/one", **recorded):
    """Write an executed chapter that records some results under two headings."""
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    outputs = [
        {"data": {MIME: repr(value)}, "metadata": {"scrapbook": {"name": key}}}
        for key, value in recorded.items()
    ]
    cells = [
        {"cell_type": "markdown", "source": "# One\n\n## Shown here\n\ntext\n\n### And here"},
        {"cell_type": "code", "source": "", "outputs": outputs},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return folder


CHOICE = {
    "id": "first", "chapter": "part/one", "kind": "choice", "prompt": "Which is it?", "see": "Shown here",
    "options": [
        {"text": "This", "feedback": "Because.", "right": True},
        {"text": "That", "feedback": "Since."},
    ],
}  # fmt: skip
NUMBER = {
    "id": "second", "chapter": "part/one", "kind": "number", "prompt": "How many?", "see": "And here",
    "answer": {"result": "part/one", "name": "x", "form": ".1f"}, "within": 0.1, "unit": "%",
    "hint": "Look.", "right": "So it is.",
    "wrong": [{"claim": "zuma7-efs-hr", "feedback": "That is the ratio."}],
}  # fmt: skip


def read(folder, *given, text=None):
    notebook(folder, x=12.34, shown=[1.5, 2.5], words="so many", none=float("nan"))
    path = folder / "mine.yml"
    path.write_text(text or yaml.safe_dump({"questions": list(given)}), encoding="utf-8")
    return read_quizzes(path, folder)


def test_a_whole_file_is_read(tmp_path):
    first, second = read(tmp_path, CHOICE, NUMBER)
    assert [option.right for option in first.options] == [True, False]
    assert (second.answer.value, second.answer.shown) == (12.34, "12.3")
    assert (second.slips[0].number.shown, second.slips[0].within) == ("0.398", 0.1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prompt": "Which {claim}`1 <no-such>`?"}, "prompt: cites an unknown claim. There is no"),
        ({"prompt": "{claim}`0.4 <zuma7-efs-hr>`?"}, "shows '0.4', but zuma7-efs-hr is printed as"),
        ({"prompt": "{claim}`0.4`?"}, "write {claim}`0.398 <zuma7-efs-hr>`"),
        ({"prompt": "{result}`y`?"}, "cites the result 'y', which part/one does not record"),
        ({"prompt": "{result}`part/two/x`?"}, "there is no executed chapter 'part/two'"),
        ({"prompt": "{result}`none:.1f`?"}, "which is nan"),
        ({"prompt": "{result}`words:.1f`?"}, "in a form that 'so many' does not have"),
        ({"prompt": "{result}`shown[2]`?"}, "cites item 2 of 'shown'"),
        ({"prompt": "{glue}`x`?"}, "has {glue}; allowed: 'claim' or 'result'"),
        ({"prompt": "Which of 17?"}, "has the bare number 17"),
        ({"prompt": " "}, "has no prompt"),
        ({"kind": "essay"}, "has the kind 'essay'; allowed: 'choice' or 'number'"),
        ({"see": "Elsewhere"}, "points to the heading 'Elsewhere', which part/one does not have"),
        ({"score": "yes"}, "has 'score'; allowed"),
        ({"options": CHOICE["options"][:1]}, "a list of two or more"),
        ({"options": [{"text": "A", "feedback": "a"}, *CHOICE["options"][1:]]}, "no right option"),
        ({"options": [CHOICE["options"][0]] * 2}, "2 right options; one is allowed"),
        ({"options": [{"text": "A"}, *CHOICE["options"]]}, "option 1 has no feedback"),
        ({"options": [{"text": "A", "feedback": ""}, *CHOICE["options"]]}, "option 1, feedback: is ''"),
        ({"options": [{"text": "A", "feedback": "a", "right": "yes"}]}, "two or more"),
        ({"several": "yes"}, "several is 'yes'"),
    ],
)
def test_a_broken_choice_is_named_with_file_and_question(tmp_path, change, said):
    with pytest.raises(InputError) as error:
        read(tmp_path, CHOICE | change)
    assert str(error.value).startswith("mine.yml, question first: ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answer": {"claim": "no-such"}}, "answer: cites an unknown claim"),
        ({"answer": {"claim": "zuma7-efs-hr", "part": "P"}}, "has the part 'P'"),
        ({"answer": {"claim": "zuma7-efs-hr", "part": "p"}}, "whose p is '< 0.0001'; that is no number"),
        ({"answer": {"result": "part/one", "name": "y"}}, "answer: cites the result 'y'"),
        ({"answer": {"result": "part/one"}}, "must name a result as"),
        ({"answer": {"result": "part/one", "name": "none"}}, "answer: comes to nan"),
        ({"answer": {"result": "part/one", "name": "words"}}, "answer: comes to 'so many'"),
        ({"answer": {"result": "part/one", "name": "x", "form": "abc"}}, "has the form 'abc'"),
        ({"answer": {"result": "part/one", "name": "x", "form": ".0f"}}, "shows its answer as 12"),
        ({"answer": 12.34}, "answer: is 12.34; it must have one of"),
        ({"answer": {"formula": "1 / (1 - 1)"}}, "cannot be computed"),
        ({"answer": {"formula": "1 +"}}, "cannot be computed"),
        ({"answer": {"formula": "17 * 2"}}, "has '17' in its formula"),
        ({"answer": {"formula": "open('x')"}}, "in its formula; allowed are"),
        ({"answer": {"formula": "a", "a": {"claim": "no-such"}}}, "cites an unknown claim"),
        ({"within": 0}, "within is 0; it must be a number above 0"),
        ({"unit": 3}, "unit is 3"),
        ({"hint": None}, "hint: is None; it must be a text"),
        ({"wrong": "none"}, "wrong must be a list"),
        ({"wrong": [{"claim": "zuma7-efs-hr"}]}, "wrong 1: must be a value with a feedback"),
        ({"wrong": [{**NUMBER["answer"], "feedback": "No."}]}, "wrong 1: 12.3 is too near to the answer"),
        ({"options": []}, "has 'options'; allowed"),
    ],
)
def test_a_broken_number_is_named_with_file_and_question(tmp_path, change, said):
    with pytest.raises(InputError) as error:
        read(tmp_path, CHOICE, NUMBER | change)
    assert str(error.value).startswith("mine.yml, question second: ")
    assert said in str(error.value)


def test_an_id_is_used_once(tmp_path):
    with pytest.raises(InputError, match=r"mine\.yml, question first: has the id of another"):
        read(tmp_path, CHOICE, CHOICE)
    folder = tmp_path / "two"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.yml").write_text(yaml.safe_dump({"questions": [CHOICE]}))
    with pytest.raises(InputError, match=r"b\.yml, question first: a\.yml has a question of this id"):
        read_all_quizzes(folder, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("questions: !!python/object/apply:os.getcwd []", "mine.yml, line 1 cannot be read"),
        ("questions: []\nquestions: []", "'questions' stands there twice"),
        ("- a", "must be a mapping with a list of questions"),
        ("questions: 3", "must hold questions, a list"),
        ("questions: [3]", "mine.yml, question 1: must be a mapping"),
    ],
)
def test_a_file_that_is_no_quiz_is_named(tmp_path, text, said):
    with pytest.raises(InputError) as error:
        read(tmp_path, text=text)
    assert said in str(error.value)


def test_texts_show_their_sources_and_formulas_compute(tmp_path):
    chapters = Chapters(notebook(tmp_path, x=-12.34, share=0.5))
    text = read_text("*So* {result}`x:.1f`, {result}`share:.0%`, {claim}`0.398 <zuma7-efs-hr>`", "part/one", chapters)
    assert plain(text) == "So −12.3, 50\u00a0%, 0.398"
    assert [piece.claim for piece in text if piece.claim] == ["zuma7-efs-hr"]
    assert [piece.words for piece in text if piece.stressed] == ["So"]
    value = read_value(
        {"formula": "-100 * (1 - a) ** 2 / b", "a": {"result": "part/one", "name": "share"},
         "b": {"claim": "zuma7-efs-hr"}},
        "part/one", chapters,
    )  # fmt: skip
    assert value.value == pytest.approx(-100 * 0.25 / 0.398)
