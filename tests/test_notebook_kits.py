"""Every kit is built; learners' notebooks hold no solution and run; slides ask nobody."""

import ast
import json
import re

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from secondline.chapters.notebooks import source_of, tags_of
from secondline.chapters.project import Project
from secondline.chapters.running import Limits, run_notebook
from secondline.claims import get_claim, read_card
from secondline.teaching.exercises import EXERCISE_TAG, SOLUTION_TAG, TEACHER_TAG
from secondline.teaching.handed_out import learner_notebook
from secondline.teaching.kits import FOLDER, find_session, kit, taught
from secondline.teaching.sealed import FILE, read_sealed
from secondline.teaching.sessions import session_names

PROJECT = Project(ROOT)
NAMES = session_names(ROOT / FOLDER)
CHAPTERS = sorted({name for n in NAMES for name in find_session(PROJECT, n).chapters})


@pytest.fixture(scope="module")
def built():
    kits: dict = {}

    def build(name):
        if name not in kits:
            kits[name] = kit(find_session(PROJECT, name), PROJECT)
        return kits[name]

    return build


@pytest.mark.parametrize("name", NAMES)
def test_a_kit_is_whole(built, name):
    files = built(name)
    slugs = [c.replace("/", "-") for c in find_session(PROJECT, name).chapters]
    assert set(files) == {
        "plan.html", "slides.html", "handout.pdf", f"learners/{FILE}",
        *(f"{who}/{slug}.ipynb" for who in ("learners", "teachers") for slug in slugs),
    }  # fmt: skip
    assert files["handout.pdf"].startswith(b"%PDF") and files["handout.pdf"].count(b"/Type /Page\n") == 1
    for file in ("plan.html", "slides.html"):
        text = files[file].decode()
        assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""", text), file
        assert "default-src 'none'" in text
        assert "{claim}" not in text and "{glue" not in text and "(not recorded)" not in text
    # the same chapters, the same kit
    assert kit(find_session(PROJECT, name), PROJECT) == files


@pytest.mark.parametrize("name", NAMES)
def test_learners_notebooks_hold_no_solution(built, name):
    """By content: no line of a solution's code or text that stands nowhere else in the chapter."""
    checked = 0
    for chapter in find_session(PROJECT, name).chapters:
        found = taught(PROJECT, chapter)
        text = built(name)[f"learners/{found.slug}.ipynb"].decode()
        notebook = json.loads(text)
        elsewhere = "\n".join(
            source_of(cell) for k, cell in enumerate(found.notebook["cells"])
            if not {SOLUTION_TAG, TEACHER_TAG, EXERCISE_TAG} & set(tags_of(cell))
            and not any(k in one.cells and k != one.cells[0] for one in found.exercises)
        )  # fmt: skip
        for one in found.exercises:
            parts = "\n".join([*one.setup, one.worked, one.solution, one.teacher, one.hint])
            for line in filter(None, map(str.strip, parts.splitlines())):
                if len(line) > 12 and line not in elsewhere:
                    assert json.dumps(line, ensure_ascii=False)[1:-1] not in text, (one.name, line)
                    checked += 1
        for cell in notebook["cells"]:
            assert not cell.get("outputs") and not cell.get("execution_count")
            assert set(cell["metadata"]) <= {"tags", "jupyter", "jp-MarkdownHeadingCollapsed"}
            assert set(cell["metadata"].get("tags", [])) <= {"parameters"}
    assert checked > 20


@pytest.mark.parametrize("name", NAMES)
def test_what_learners_work_in_is_open(built, name):
    session, asked = find_session(PROJECT, name), 0
    for chapter in session.chapters:
        cells = json.loads(built(name)[f"learners/{chapter.replace('/', '-')}.ipynb"])["cells"]
        folded = [
            source_of(cell).split("\n")[0] for cell in cells
            if cell["metadata"].get("jp-MarkdownHeadingCollapsed")
        ]  # fmt: skip
        assert "## Settings" not in folded
        exercises = [b for b in session.blocks if b.chapter == chapter and b.exercise]
        for one in exercises:
            number = one.exercise.partition("#")[2]
            assert f"exercise no. {number} ({one.minutes} minutes)" in source_of(cells[0])
        if exercises:
            assert "## Exercises" not in folded
            assert not any("**Bottom line**" in source_of(cell) for cell in cells)
            asked += 1
        else:
            assert "no exercise in this notebook" in source_of(cells[0])
    assert asked


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_holds_all_that_slides_and_handout_say(built, name):
    session = find_session(PROJECT, name)
    plan = BeautifulSoup(built(name)["plan.html"], "html.parser").get_text()
    for text in [number.what for number in session.numbers] + list(session.take_home):
        assert "{claim}" in text or text.replace("`", "").replace("*", "") in plan, text
    for title in (taught(PROJECT, chapter).title for chapter in session.read_on):
        assert title in plan
    said = "".join(re.sub(r"\W", "", plan))
    for block in session.blocks:
        for point in block.points:
            if "{" not in point:
                assert re.sub(r"\W", "", point) in said, point
    cited = [n.claim for n in session.numbers if n.claim]
    for card in (read_card(get_claim(claim).document) for claim in cited):
        assert card["doi"] in plan


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_packed_for_every_exercise(built, name, tmp_path):
    (tmp_path / FILE).write_bytes(built(name)[f"learners/{FILE}"])
    session = find_session(PROJECT, name)
    for block in session.blocks:
        if block.exercise:
            assert read_sealed(tmp_path / FILE, block.exercise)["setup"] is not None


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_learners_notebook_runs_and_takes_the_right_answers(chapter, tmp_path):
    """Each check as it is handed out, and then with what the solution shows."""
    session = next(s for n in NAMES if chapter in (s := find_session(PROJECT, n)).chapters)
    found = taught(PROJECT, chapter)
    (tmp_path / FILE).write_bytes(kit(session, PROJECT)[f"learners/{FILE}"])
    notebook = learner_notebook(found, sections=set(), head="*Head*")
    for cell in notebook["cells"]:
        for one in found.exercises:
            if one.name in source_of(cell):
                again = source_of(cell).replace("answer = None", "answer = _solve()")
                solve = "\n".join(["def _solve():", *_last_returned(one.worked)])
                cell["source"] = f"{source_of(cell)}\n{solve}\n{again}"
    path = tmp_path / f"{found.slug}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run_notebook(path, {}, folder=tmp_path, limits=Limits(cell_seconds=300)).notebook
    said = [
        "".join("".join(o.get("text", "")) for o in cell["outputs"]).splitlines()
        for cell in done["cells"] if "check_answer(answer" in source_of(cell)
    ]  # fmt: skip
    assert len(said) == len(found.exercises)
    for before, after in said:
        assert before.startswith("Not answered yet")
        assert after == "Right."


def _last_returned(code: str) -> list[str]:
    tree = ast.parse(code)
    tree.body[-1] = ast.copy_location(ast.Return(tree.body[-1].value), tree.body[-1])
    return [f"    {line}" for line in ast.unparse(tree).splitlines()]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_teachers_notebook_has_the_chapters_code(built, chapter):
    """So that it runs to its end as the chapter does, which every build executes."""
    name = next(n for n in NAMES if chapter in find_session(PROJECT, n).chapters)
    found = taught(PROJECT, chapter)
    made = json.loads(built(name)[f"teachers/{found.slug}.ipynb"])
    code = [
        [source_of(c) for c in notebook["cells"] if c["cell_type"] == "code"]
        for notebook in (made, found.notebook)
    ]
    assert code[0] == code[1]
    text = "\n".join(source_of(c) for c in made["cells"] if c["cell_type"] == "markdown")
    assert text.count("**Solution**") == len(found.exercises)
    assert "**Teaching this chapter**" in text and ":::" not in text


def test_a_teachers_notebook_runs_to_its_end(built, tmp_path):
    path = tmp_path / "one.ipynb"
    path.write_bytes(built("audit-this-paper")["teachers/audit-claims.ipynb"])
    done = run_notebook(path, {}, folder=tmp_path, limits=Limits(cell_seconds=300)).notebook
    kinds = [o["output_type"] for c in done["cells"] for o in c.get("outputs", ())]
    assert kinds and "error" not in kinds
