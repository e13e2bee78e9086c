"""What the teaching pages of the book show: the sessions, and the notes beside the chapters."""

from html import escape

from secondline.chapters.html import about_table
from secondline.chapters.notebooks import write_whole
from secondline.chapters.project import ChapterRun, Project
from secondline.chapters.standalone import rendered
from secondline.errors import InputError
from secondline.teaching.exercises import read_note
from secondline.teaching.handed_out import Chapter
from secondline.teaching.kits import FOLDER, find_session, kit, taught, zipped
from secondline.teaching.marks import plain_text
from secondline.teaching.sessions import Session, session_names

KITS = "teaching/kits"


def write_teaching(project: Project, target, runs: list[ChapterRun]) -> None:
    """Write what the teaching pages include, and the kits that they offer.

    Parameters
    ----------
    project : Project
    target : Path
        The folder of the executed book.
    runs : list of ChapterRun
        Of the chapters with notebooks, each with its own settings, in reading order.

    Raises
    ------
    InputError
        If a session or an exercise is not right; see :func:`secondline.teaching.kits.kit`.
    """
    known = {run.name: taught(project, run.name, run) for run in runs}
    sessions = [find_session(project, name) for name in session_names(project.root / FOLDER)]
    titles = {name: chapter.title for name, chapter in known.items()}
    for session in sorted(sessions, key=lambda one: one.minutes):
        files = kit(session, project, known)
        learners = {n.removeprefix("learners/"): c for n, c in files.items() if "learners/" in n}
        for name, content in (
            (f"{session.name}.zip", zipped(files)),
            (f"{session.name}-learners.zip", zipped(learners)),
            (f"{session.name}-slides.html", files["slides.html"]),
            (f"{session.name}-handout.pdf", files["handout.pdf"]),
        ):
            write_whole(target / KITS / name, content)
    texts = [_session(one, titles) for one in sorted(sessions, key=lambda one: one.minutes)]
    write_whole(target / "teaching/sessions-list.md", "\n".join(texts).encode())
    notes = [
        _notes(chapter, read_note(project.notebook(name)))
        for name, chapter in known.items()
        if chapter.exercises
    ]
    write_whole(target / "teaching/notes-list.md", "\n".join(notes).encode())


def _session(session: Session, titles: dict[str, str]) -> str:
    """Return a session as MyST: outcomes, parts and downloads."""
    start, rows = 0, []
    for block in session.blocks:
        chapter = (
            f'<a href="../{block.chapter}.html">{escape(titles[block.chapter])}</a>'
            if block.chapter else ""
        )  # fmt: skip
        rows.append(
            (f"{start} to {start + block.minutes}", escape(block.title), block.kind, chapter,
             escape(block.when_late))
        )  # fmt: skip
        start += block.minutes
    table = about_table(
        f"{session.title}, minute by minute", ("Minutes", "What", "Kind", "Chapter", "When late"), rows
    )
    outcomes = "\n".join(f"- {text}" for text in session.outcomes.values())
    place = f"kits/{session.name}"
    return (
        f"## {session.title}\n\n**{session.minutes} minutes**, for {session.audience}. "
        f"{session.question}\n\nLearners can, at the end:\n\n{outcomes}\n\n{_raw(table)}\n"
        f"**The kit:** {{download}}`everything, for teachers <{place}.zip>`, "
        f"{{download}}`notebooks for learners <{place}-learners.zip>`, "
        f"{{download}}`slides <{place}-slides.html>`, "
        f"{{download}}`handout <{place}-handout.pdf>`.\n"
    )


def _notes(chapter: Chapter, note: str) -> str:
    """Return what a teacher should know of a chapter, as MyST."""
    if not note:
        raise InputError(f"{chapter.name} has exercises and no note for teachers.")
    rows = [
        (f"{one.number}. {rendered_line(_plain(chapter, one.title, one))}", str(one.minutes),
         rendered(_plain(chapter, one.teacher, one)))
        for one in chapter.exercises
    ]  # fmt: skip
    table = about_table(
        f"Exercises of: {chapter.title}", ("Exercise", "Minutes", "What goes on in heads"), rows
    )
    text = plain_text(note, chapter.results, f"{chapter.name}, note for teachers")
    return (
        f"## {chapter.title}\n\n[To the chapter](../{chapter.name}.ipynb)\n\n{text}\n\n"
        f"{_raw(table)}"
    )


def rendered_line(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    return rendered(text).strip().removeprefix("<p>").removesuffix("</p>")


def _plain(chapter: Chapter, text: str, exercise) -> str:
    where = f"{chapter.name}, exercise {exercise.number}, for the teacher"
    return plain_text(text, chapter.results, where)


def _raw(html: str) -> str:
    return f"```{{raw}} html\n{html}\n```\n"
