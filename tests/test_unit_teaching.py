"""Exercises, packed answers and notebooks to hand out; what is broken is named with its place."""

import json

import pytest
from conftest import ROOT

from secondline.errors import InputError
from secondline.teaching import check_answer
from secondline.teaching.exercises import read_exercises, read_note, solution_names
from secondline.teaching.handed_out import Chapter, figure_of, learner_notebook, teacher_notebook
from secondline.teaching.kits import taught, zipped
from secondline.teaching.marks import plain_text
from secondline.teaching.sealed import FILE, seal

PROMPT = "## Exercises\n\nPut your answer in.\n\n### 1. Twice\n\nWhat is twice `n`?"
SETUP = "twice_it = 2 * n"
STUB = 'answer = None  # a number\nprint(check_number(answer, twice_it, within=0.1, hint="Add."))'
SOLUTION = ":::{dropdown} Solution\nFour, for example.\n\n```python\nn + n\n```\n\nSo it is.\n:::"
TEACHER = ":::{dropdown} For the teacher\n:class-container: teacher\n\n5 minutes. They guess.\n:::"
NOTE = ":::{dropdown} Teaching this chapter\n:class-container: teacher\n\n- Show it.\n- Skip it.\n:::"


def cells(**changed):
    """An exercise's cells; None leaves one out, and (text, tags) replaces both."""
    parts = {
        "title": ("# A chapter", []),
        "code": ("from secondline.chapters import check_number, record\nn = 2", []),
        "prompt": (PROMPT, []),
        "setup": (SETUP, ["hide-input", "solution"]),
        "stub": (STUB, ["exercise"]),
        "solution": (SOLUTION, []),
        "teacher": (TEACHER, ["teacher"]),
        "note": (NOTE, ["teacher"]),
        "after": ("## Limits\n\nNone.", []),
        "last": ("print(n)", ["hide-cell"]),
        "record": ("record(twice=twice_it)", ["hide-cell", "solution"]),
    }
    code = {"code", "setup", "stub", "last", "record"}
    for name, new in changed.items():
        parts[name] = new if new is None or isinstance(new, tuple) else (new, parts[name][1])
    return [
        {
            "cell_type": "code" if name in code else "markdown", "id": name, "source": text,
            "metadata": {"tags": tags} if tags else {},
            **({"outputs": [], "execution_count": None} if name in code else {}),
        }
        for name, (text, tags) in ((n, p) for n, p in parts.items() if p is not None)
    ]  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def write(**changed):
        path = tmp_path / "one.ipynb"
        notebook = {"cells": cells(**changed), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write


def chapter(path, results=None):
    notebook = json.loads(path.read_text("utf-8"))
    return Chapter("part/one", notebook, notebook, results or {}, read_exercises(path, "part/one"))


def test_the_parts_of_an_exercise_are_read(written):
    (one,) = read_exercises(written(), "part/one")
    assert (one.name, one.title, one.prompt) == ("part/one#1", "Twice", "What is twice `n`?")
    assert one.setup == (SETUP,) and one.stub == STUB
    assert (one.expected, one.within, one.hint) == ("twice_it", "0.1", "'Add.'")
    assert one.worked == "n + n\n"
    assert one.solution.startswith("Four") and one.solution.endswith("So it is.")
    assert (one.minutes, one.teacher) == (5, "They guess.")
    assert one.cells == range(2, 7)
    assert read_note(written()) == "- Show it.\n- Skip it."
    assert read_note(written(note=None)) == ""
    assert solution_names(cells()) == {"twice_it"}


def test_a_chapter_without_exercises_has_none(written):
    gone = dict.fromkeys(("prompt", "setup", "stub", "solution", "teacher", "note"))
    assert read_exercises(written(**gone), "part/one") == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"solution": None}, "part/one, cell 3, exercise 1 has no solution."),
        ({"solution": "Open text."}, "part/one, cell 3, exercise 1 has no solution."),
        ({"teacher": None}, "cell 3, exercise 1 has no comment for the teacher"),
        ({"teacher": TEACHER.replace("5 minutes. ", "")}, "must begin with '5 minutes. '"),
        ({"stub": None}, "exercise 1 has 0 cells tagged 'exercise'; it needs one."),
        ({"setup": (SETUP, ["exercise"])}, "exercise 1 has 2 cells tagged 'exercise'"),
        ({"prompt": PROMPT.replace("### 1.", "### 2.")}, "cell 3: exercise 2 stands in place 1."),
        ({"prompt": PROMPT.split("\n\nWhat")[0]}, "exercise 1 has no prompt below its heading."),
        ({"prompt": "## Other"}, "part/one, cell 5: an exercise without a heading"),
        # a stub that holds its answer would pass
        ({"stub": STUB.replace("None", "4")}, "part/one, cell 5 must hold 'answer = None'"),
        ({"stub": "answer = None"}, "part/one, cell 5 must hold 'answer = None' and one call"),
        ({"stub": STUB + "\nprint("}, "part/one, cell 5 is no Python"),
        ({"stub": STUB.replace(", within=0.1", "")}, "write check_number.answer, expected, within"),
    ],
)
def test_a_broken_exercise_is_named_with_its_cell(written, changed, sentence):
    with pytest.raises(InputError, match=sentence):
        read_exercises(written(**changed), "part/one")


def test_learners_get_no_solution_and_can_run_all(written):
    made = chapter(written())
    notebook = learner_notebook(made, sections={"Exercises"}, head="*Head*")
    text = json.dumps(notebook)
    for secret in ("twice_it", "n + n", "Four", "So it is", "They guess", "Skip it", "Add."):
        assert secret not in text
    assert "check_answer(answer, 'part/one#1', globals())" in text
    names: dict = {}
    for cell in notebook["cells"]:
        assert "solution" not in cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    folded = [c["source"] for c in notebook["cells"] if c["metadata"].get("jp-MarkdownHeadingCollapsed")]
    assert [s.split("\n")[0] for s in folded] == ["## Limits"]


def test_settings_stay_open_and_where_exercises_are_asked_the_bottom_line_goes(written):
    title = "# A\n\n:::{admonition} Bottom line\n:class: bottom-line\n- It is 4.\n:::\n\n**You need** time."
    path = written(title=title)
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][1:1] = [
        {"cell_type": "markdown", "id": "s", "source": "## Settings", "metadata": {}},
        {"cell_type": "code", "id": "p", "source": "n = 3", "outputs": [], "execution_count": None,
         "metadata": {"tags": ["parameters"]}},
    ]  # fmt: skip
    path.write_text(json.dumps(notebook), encoding="utf-8")
    for sections, folded, kept in (
        ({"Exercises"}, ["## Limits"], False), ({"Limits"}, ["## Exercises"], True), (set(), [], True)
    ):  # fmt: skip
        cells = learner_notebook(chapter(path), sections=sections, head="")["cells"]
        found = [c for c in cells if c["metadata"].get("jp-MarkdownHeadingCollapsed")]
        assert [c["source"].split("\n")[0] for c in found] == folded
        assert ("It is 4" in cells[1]["source"], "You need" in cells[1]["source"]) == (kept, True)


def test_teachers_get_everything_open(written):
    notebook = teacher_notebook(chapter(written()), sections=set(), head="*Head*")
    text = json.dumps(notebook)
    for part in ("twice_it", "n + n", "Four", "They guess", "Skip it", "**Solution**"):
        assert part in text
    assert "details" not in text and ":::" not in text


def test_code_that_needs_a_solution_is_named(written):
    with pytest.raises(InputError, match="part/one, cell 10 uses 'twice_it', which only a cell tagged"):
        learner_notebook(chapter(written(last="print(twice_it)")), sections=set(), head="")


def test_packed_answers_follow_the_notebooks_settings(written, tmp_path):
    packed = seal(chapter(written()).exercises)
    (tmp_path / FILE).write_text(json.dumps(packed), encoding="utf-8")
    assert "twice" not in json.dumps(packed)
    ask = lambda answer, **names: check_answer(answer, "part/one#1", names, tmp_path)  # noqa: E731
    assert ask(4, n=2) == ask(10.05, n=5) == "Right."
    assert ask(5, n=2) == "Not yet: 5 is too high. Add."
    assert ask(None, n=2).startswith("Not answered yet")
    assert ask("x", n=2).startswith("'x' is not a number")
    assert ask(4) == "Run the cells above first: n is not there yet."
    names = {"n": 2}
    check_answer(4, "part/one#1", names, tmp_path)
    assert set(names) == {"n"}
    assert check_answer(4, "part/one#2", {}, tmp_path) == (
        "answers.json has no exercise 'part/one#2'; it has 'part/one#1'."
    )
    assert "is not beside this notebook" in check_answer(4, "part/one#1", {}, tmp_path / "no")
    for broken in ("{", '{"part/one#1": 3}', '{"part/one#1": "abc"}', "[]"):
        (tmp_path / FILE).write_text(broken, encoding="utf-8")
        assert check_answer(4, "part/one#1", {"n": 2}, tmp_path).startswith("answers.json cannot be read")


def test_a_check_that_passes_before_anybody_answers_is_named(written):
    """The stub is run as it stands, so that no trick of its code goes unseen."""

    class Run:
        results: dict = {}

        class entry:  # noqa: N801
            notebook = json.dumps(
                {
                    "cells": [
                        c | ({"outputs": [{"output_type": "stream", "text": ["Right.\n"]}]} if c["id"] == "stub" else {})
                        for c in cells()
                    ]
                }
            )

    class Made:
        notebook = staticmethod(lambda name: written())
        defaults = staticmethod(lambda name: None)
        run = staticmethod(lambda request: Run)

    with pytest.raises(InputError, match="part/one, cell 5: the check passes before anybody answers"):
        taught(Made, "part/one")


def test_marks_are_words_or_are_named():
    text = "{claim}`0.398 <zuma7-efs-hr>` and {glue:text}`n:.1f` and `{claim}` in code"
    assert plain_text(text, {"n": 2}, "here") == "0.398 and 2.0 and `{claim}` in code"
    for text, sentence in (
        ("{claim}`0.399 <zuma7-efs-hr>`", "here shows '0.399', but zuma7-efs-hr is printed as '0.398'"),
        ("{claim}`1 <none>`", "here: There is no claim 'none'"),
        ("{glue:text}`m`", "here cites 'm', which the chapter does not record"),
        ("see {ref}`that`", "here has a mark that only the book's pages know"),
        ("```{math}\nx\n```", "here has a mark that only the book's pages know"),
    ):
        with pytest.raises(InputError, match=sentence):
            plain_text(text, {"n": 2}, "here")


def test_figures_are_found_by_their_labels(written):
    made = chapter(written())
    with pytest.raises(InputError, match="part/one has no figure 'fig-x'; it has none"):
        figure_of(made, "fig-x")
    cell = {
        "cell_type": "code", "source": "", "outputs": [{"data": {"image/svg+xml": ["<svg>", "</svg>"]}}],
        "metadata": {"mystnb": {"figure": {"name": "fig-a", "caption": "C."}, "image": {"alt": "A."}}},
    }  # fmt: skip
    made.executed["cells"].append(cell)
    assert figure_of(made, "fig-a") == ("<svg></svg>", "C.", "A.")


def test_archives_are_the_same_for_the_same_files():
    assert zipped({"b": b"1", "a": b"2"}) == zipped({"a": b"2", "b": b"1"})


def test_every_chapter_with_exercises_has_a_note():
    for path in sorted((ROOT / "book").glob("*/*.ipynb")):
        if read_exercises(path, path.stem):
            assert read_note(path), path
