"""The plan of a session, for the person in front: a page to print."""

from html import escape

from secondline.chapters.standalone import bare_page, rendered
from secondline.claims import get_claim, read_card
from secondline.teaching.handed_out import Chapter
from secondline.teaching.handout import number_text
from secondline.teaching.marks import cited_claims, plain_text
from secondline.teaching.sessions import Block, Session


def plan(session: Session, chapters: dict[str, Chapter]) -> str:
    """Return a session's plan as a page.

    Parameters
    ----------
    session : Session
    chapters : dict
        Name to Chapter, for all that the session speaks of.

    Raises
    ------
    InputError
        If a text has a mark that only the book's pages know.
    """
    where = f"{session.name}.yml"
    parts = [
        f"<h1>{escape(session.title)}: plan</h1>",
        f"<p><strong>{session.minutes} minutes</strong>, for {escape(session.audience)}.</p>",
        f"<p>{escape(session.question)}</p>",
        "<h2>Learners can, at the end</h2>", _list(session.outcomes.values(), where),
        "<h2>They bring</h2>", _list(session.prerequisites, where),
        "<h2>Before the session</h2>", _list(session.before, where),
        "<h2>Minute by minute</h2>", _table(session, where),
    ]  # fmt: skip
    late = [b for b in session.blocks if b.when_late]
    parts += [
        "<h2>When you are late</h2>",
        _list((f"**{b.title}:** {b.when_late}" for b in late), where),
        "<h2>Notes</h2>",
    ]
    for k, block in enumerate(session.blocks, start=1):
        parts += _notes(block, chapters, f"{where}, block {k}")
    parts += [
        "<h2>To take home</h2>", _list(session.take_home, where),
        "<h2>The numbers</h2>", _list(_numbers(session, chapters), where),
        "<h2>To read on</h2>", _list((chapters[name].title for name in session.read_on), where),
    ]  # fmt: skip
    if sources := _sources(session):
        parts += ["<h2>The sources</h2>", _list(sources, where)]
    return bare_page(f"{session.title}: plan", "\n".join(parts))


def _table(session: Session, where: str) -> str:
    start, rows = 0, []
    for block in session.blocks:
        end = start + block.minutes
        serves = "; ".join(session.outcomes[name] for name in block.serves)
        rows.append(
            f'<tr><th scope="row">{start}–{end}</th><td>{escape(block.title)}</td>'
            f"<td>{block.kind}</td><td>{escape(serves)}</td></tr>"
        )
        start = end
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Minutes", "What", "Kind", "Serves")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _notes(block: Block, chapters: dict[str, Chapter], where: str) -> list[str]:
    chapter = chapters.get(block.chapter)
    results = chapter.results if chapter else {}
    parts = [f"<h3>{escape(block.title)} ({block.minutes} minutes)</h3>"]
    if chapter:
        place = ", ".join((chapter.title, *block.sections))
        parts.append(f"<p>In the book: {escape(place)}.</p>")
    if block.points:
        parts += ["<p>On the slide:</p>", _list(block.points, where, results)]
    if block.notes:
        parts.append(rendered(plain_text(block.notes, results, where)))
    if block.exercise:
        one = chapter.exercise(block.exercise)
        for head, text in (
            (f"Exercise {one.number}. {one.title}", one.prompt),
            ("Solution", one.solution),
            ("What goes on in heads", one.teacher),
        ):
            parts.append(f"<h4>{escape(head)}</h4>")
            parts.append(rendered(plain_text(text, results, one.place)))
    return parts


def _numbers(session: Session, chapters: dict[str, Chapter]) -> list[str]:
    rows = []
    for k, number in enumerate(session.numbers, start=1):
        shown, source = number_text(number, chapters, f"{session.name}.yml, number {k}")
        rows.append(f"{number.what}: {shown} ({source})")
    return rows


def _sources(session: Session) -> list[str]:
    """Return the documents of the claims that a session quotes, with title and DOI."""
    texts = [*session.take_home, *(t for b in session.blocks for t in (*b.points, b.notes))]
    claims = [n.claim for n in session.numbers if n.claim] + cited_claims("\n".join(texts))
    cards = [read_card(name) for name in dict.fromkeys(get_claim(c).document for c in claims)]
    return [
        f"{card['short']}: {card['title']}. {card['citation']}"
        + (f" DOI {card['doi']}" if card["doi"] else "")
        for card in cards
    ]


def _list(texts, where: str, results: dict | None = None) -> str:
    return rendered("\n".join(f"- {plain_text(text, results or {}, where)}" for text in texts))
