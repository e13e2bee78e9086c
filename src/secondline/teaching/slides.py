"""Slides of a session: one page with reveal.js inside, which asks no server for anything."""

import base64
import html
import re
from importlib.resources import files

from secondline.chapters.html import script_hash
from secondline.teaching.handed_out import Chapter, figure_of
from secondline.teaching.marks import plain_text
from secondline.teaching.sessions import Block, Session

_STYLE = """
.reveal { font: 36px/1.35 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
.reveal .slides { text-align: left; }
.reveal h1 { font-size: 1.7em; line-height: 1.15; margin: 0 0 0.5em; }
.reveal h2 { font-size: 1.25em; line-height: 1.2; margin: 0 0 0.6em; color: #0b4f6c; }
.reveal p, .reveal ul, .reveal ol { margin: 0 0 0.6em; }
.reveal li { margin: 0 0 0.4em 1em; }
.reveal img { display: block; max-width: 100%; max-height: 480px; margin: 0 auto; }
.reveal .caption, .reveal .small { font-size: 0.55em; color: #444; }
.reveal .minutes { font-size: 0.6em; color: #444; }
.reveal pre, .reveal code { font: 0.8em ui-monospace, monospace; }
.reveal .answer :is(p, ul, ol, table) { font-size: 0.8em; }
"""
_START = "Reveal.initialize({hash: true, slideNumber: 'c/t', transition: 'none', center: false});"


def slides(session: Session, chapters: dict[str, Chapter]) -> str:
    """Return a session's slides as a page.

    Parameters
    ----------
    session : Session
    chapters : dict
        Name to Chapter, for all that the session speaks of.

    Raises
    ------
    InputError
        If a slide would show a mark that only the book's pages know, or a figure is missing.
    """
    where = f"{session.name}.yml"
    parts = [_first(session)]
    for k, block in enumerate(session.blocks, start=1):
        parts += _slides_of(block, chapters, f"{where}, block {k}")
    keep = "".join(f"<li>{_inline(text, where)}</li>" for text in session.take_home)
    parts.append(f"<section><h2>To take home</h2><ul>{keep}</ul></section>")
    return _page(session.title, "\n".join(parts))


def _first(session: Session) -> str:
    items = "".join(f"<li>{html.escape(text)}</li>" for text in session.outcomes.values())
    return (
        f"<section><h1>{html.escape(session.title)}</h1><p>{html.escape(session.question)}</p>"
        '<p class="small">From the book Second Line. Evidence for teaching and research, not '
        f"treatment advice.</p></section>\n<section><h2>You will be able to</h2><ul>{items}</ul>"
        "</section>"
    )


def _slides_of(block: Block, chapters: dict[str, Chapter], where: str) -> list[str]:
    chapter = chapters.get(block.chapter)
    results = chapter.results if chapter else {}
    head = (
        f"<h2>{html.escape(block.title)}</h2>"
        f'<p class="minutes">{block.minutes} minutes</p>'
    )
    points = "".join(f"<li>{_inline(text, where, results)}</li>" for text in block.points)
    body = f"<ul>{points}</ul>" if points else ""
    if block.exercise:
        one = chapter.exercise(block.exercise)
        spot = one.place
        solved = _block_text(one.solution, f"{spot}, solution", results)
        title = f"<p><strong>{_inline(one.title, spot, results)}</strong></p>"
        return [
            f"<section>{head}{title}{_block_text(one.prompt, spot, results)}{body}</section>",
            f'<section class="answer"><h2>{html.escape(block.title)}: an answer</h2>{solved}</section>',
        ]
    found = [f"<section>{head}{body}</section>"] if body or not block.figure else []
    if block.figure:
        svg, caption, alt = figure_of(chapter, block.figure)
        picture = base64.b64encode(svg.encode()).decode()
        caption = _inline(caption, where, results)
        found.append(
            f"<section><h2>{html.escape(block.title)}</h2>"
            f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{picture}">'
            f'<p class="caption">{caption}</p></section>'
        )
    return found


def _inline(text: str, where: str, results: dict | None = None) -> str:
    return _render(plain_text(text, results or {}, where), inline=True)


def _block_text(text: str, where: str, results: dict) -> str:
    return _render(plain_text(text, results, where), inline=False)


def _render(text: str, *, inline: bool) -> str:
    from markdown_it import MarkdownIt

    # no HTML of the text's own: a slide shows what it says
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    return reader.renderInline(text) if inline else reader.render(text)


def _page(title: str, sections: str) -> str:
    folder = files("sphinx_revealjs") / "_static/revealjs/dist"
    script = (folder / "reveal.js").read_text(encoding="utf-8")
    # the map is a file of its own, which a browser would ask for
    script = re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.M)
    style = (folder / "reset.css").read_text("utf-8") + (folder / "reveal.css").read_text("utf-8")
    scripts = (script, _START)
    hashes = " ".join(map(script_hash, scripts))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"img-src data:; style-src 'unsafe-inline'; script-src {hashes}\">\n"
        f"<title>{html.escape(title)}</title>\n<style>{style}{_STYLE}</style>\n</head>\n"
        f'<body>\n<main class="reveal"><div class="slides">\n{sections}\n</div></main>\n'
        + "".join(f"<script>{code}</script>\n" for code in scripts)
        + "</body>\n</html>\n"
    )
