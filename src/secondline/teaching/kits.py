"""A session's kit: notebooks for learners and teachers, slides, handout and plan."""

import io
import json
import zipfile
from pathlib import Path

from secondline.chapters.notebooks import json_bytes, read_notebook, source_of
from secondline.chapters.project import ChapterRun, Project
from secondline.errors import InputError
from secondline.teaching.exercises import read_exercises
from secondline.teaching.handed_out import Chapter, headings, learner_notebook, teacher_notebook
from secondline.teaching.handout import handout
from secondline.teaching.plan import plan
from secondline.teaching.sealed import FILE, seal
from secondline.teaching.sessions import Session, read_session, session_names
from secondline.teaching.slides import slides

FOLDER = "book/teaching/sessions"


def find_session(project: Project, name: str) -> Session:
    """Return a session of the project by its name.

    Raises
    ------
    InputError
        If there is none, or its file is not right.
    """
    folder = project.root / FOLDER
    names = session_names(folder)
    if name not in names:
        raise InputError(f"There is no session {name!r}; the sessions are {', '.join(names)}.")
    return read_session(folder / f"{name}.yml")


def kit(
    session: Session, project: Project, chapters: dict[str, Chapter] | None = None
) -> dict[str, bytes]:
    """Return the files of a session's kit, each under its name.

    The chapters are executed under their own settings, or taken from the store, unless they
    are given.

    Raises
    ------
    InputError
        If the session speaks of a chapter, section, exercise or figure that is not there, an
        exercise lacks a part, or a check passes before anybody has answered.
    ChapterError
        If a chapter stops.
    """
    chapters = {
        name: (chapters or {}).get(name) or taught(project, name) for name in _named(session)
    }
    _check(session, chapters)
    files = {
        "plan.html": plan(session, chapters).encode(),
        "slides.html": slides(session, chapters).encode(),
        "handout.pdf": handout(session, chapters),
    }
    answers = {}
    for name in session.chapters:
        chapter, sections = chapters[name], session.sections(name)
        answers |= seal(chapter.exercises)
        learner = learner_notebook(chapter, sections=sections, head=_head(session, chapter))
        teacher = teacher_notebook(chapter, sections=sections, head=_head(session, chapter, True))
        files[f"learners/{chapter.slug}.ipynb"] = json_bytes(learner)
        files[f"teachers/{chapter.slug}.ipynb"] = json_bytes(teacher)
    files[f"learners/{FILE}"] = json_bytes(answers)
    return files


def taught(project: Project, name: str, run: ChapterRun | None = None) -> Chapter:
    """Return a chapter as it is taught, of a run with its own settings.

    See :func:`kit` for what is raised.
    """
    path = project.notebook(name)
    run = run or project.run(project.defaults(name))
    chapter = Chapter(
        name, read_notebook(path), json.loads(run.entry.notebook), run.results,
        read_exercises(path, name),
    )  # fmt: skip
    for exercise in chapter.exercises:
        for k in exercise.cells:
            # the executed notebook has the same cells: nothing was injected
            said = "".join(
                "".join(output.get("text", "")) for output in chapter.executed["cells"][k].get("outputs", ())
            )
            if said.startswith("Right"):
                raise InputError(f"{name}, cell {k + 1}: the check passes before anybody answers.")
    return chapter


def zipped(files: dict[str, bytes]) -> bytes:
    """Return files as one archive; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content,
                             zipfile.ZIP_DEFLATED)  # fmt: skip
    return buffer.getvalue()


def _named(session: Session) -> list[str]:
    """Return every chapter that a session names anywhere."""
    numbers = (number.chapter for number in session.numbers if number.chapter)
    return list(dict.fromkeys((*session.chapters, *numbers, *session.read_on)))


def _check(session: Session, chapters: dict[str, Chapter]) -> None:
    for k, block in enumerate(session.blocks, start=1):
        where = f"{session.name}.yml, block {k}"
        if not block.chapter:
            continue
        chapter = chapters[block.chapter]
        there = headings(chapter.notebook)
        for section in block.sections:
            if section not in there:
                raise InputError(
                    f"{where}: {block.chapter} has no section {section!r}; it has {'; '.join(there)}."
                )
        if block.exercise and block.exercise not in {one.name for one in chapter.exercises}:
            raise InputError(
                f"{where}: there is no exercise {block.exercise!r}; {block.chapter} has "
                f"{', '.join(one.name for one in chapter.exercises) or 'none'}."
            )


def _head(session: Session, chapter: Chapter, teacher: bool = False) -> str:
    used = [b for b in session.blocks if b.chapter == chapter.name]
    exercises = [
        f"exercise no. {b.exercise.partition('#')[2]} ({b.minutes} minutes)" for b in used if b.exercise
    ]
    lines = [
        f"*{session.title}, notebook for {'teachers: solutions and comments are in it' if teacher else 'learners'}.*",
        "",
        "Choose *Run All Cells* first. Sections that the session passes over are folded; "
        "a click on the arrow at the left opens them.",
        "",
    ]  # fmt: skip
    if exercises:
        lines.append(
            f"In this session: {' and '.join(exercises)}, under *Exercises* near the end. "
            "Leave the others."
        )
    else:
        lines.append("This session has no exercise in this notebook.")
    return "\n".join(lines)
