"""The whole book as one page for print, and from it a PDF."""

import ast
import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote, urlsplit

from secondline.errors import InputError

TITLE = "Second Line"
# of a browser, by the names that systems give it
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOOT = (
    '<div style="width:100%;font:8px sans-serif;color:#444;padding:0 16mm;display:flex;'
    'justify-content:space-between"><span>Second Line. Evidence summary for teaching and '
    'research. Not treatment advice.</span><span class="pageNumber"></span></div>'
)
# for a screen, a pointer or a person who can unfold; and comments for teachers, which the chapter
# of notes has together
UNPRINTED = (
    ".headerlink, .tip-box, .filter, .copybtn, script, button, noscript, .toctree-wrapper, "
    "details.hide > summary, details.hide > .cell_input, .tag_hide-input > .cell_input, iframe, "
    ".sl-explorer form, .screen-only, .page-end, .figure-foot, .tag_exercise > .cell_output, "
    "details.teacher"
)
# where a page's number goes, once it is known
PAGE_NUMBER = re.compile(r'(<span class="page-number" data-of="([^"]+)">)[^<]*')

# of what only the printed book has
OWN = """
body.book { display: block; margin: 0; font-family: "DejaVu Sans", "Segoe UI", Arial, sans-serif; }
body.book main { max-width: none; padding: 0; margin: 0; display: block; }
body.book .chapter { break-before: page; }
body.book .book-contents { font-size: 8pt; line-height: 1.25; }
body.book .book-contents ol { list-style: none; padding-left: 1rem; margin: .15rem 0 .4rem; }
body.book .book-contents ol.parts { padding: 0; }
body.book .book-title { font-size: 30pt; font-weight: 700; margin: 0 0 2mm; }
body.book .part { text-transform: uppercase; letter-spacing: .06em; font-size: 9pt; margin: 0 0 2mm; color: #444; }
body.book .solution { margin: 0 0 5mm; }
body.book .solution h3 { font-size: 10.5pt; margin: 4mm 0 1mm; }
body.book .solved { font-style: italic; }
body.book .unfolded { font-weight: 600; }
body.book main a[href^="#"] { text-decoration: underline dotted #888 .5pt; text-underline-offset: .2em; }
body.book .book-contents a[href], body.book .solved a[href], body.book .solution h3 a[href] { text-decoration: none; }
body.book .book-contents .page { color: #444; }
body.book .solution h3 .page { font-weight: 400; font-size: 8.5pt; }
body.book .blank { display: inline-block; width: 20mm; border-bottom: .5pt solid #000; }
"""
# of a file, in a page's styles
ADDRESS = re.compile(r'url\("(?!data:|#)([^"?#]+)[^"]*"\)')


def print_page(site: Path, parts: list[tuple[str, list[str]]]) -> str:
    """Return the book as one page of HTML, which stands in the site's folder.

    Links between chapters lead within the page. Code that is folded on the site is left out, or
    that only imports and draws, and what it shows is kept. So are the comments for teachers,
    which stand together in a chapter of their own. Solutions and the answers to questions follow
    at the end, each after a link to what was asked.

    Parameters
    ----------
    site : Path
        The built site.
    parts : list of (str, list of str)
        Parts with their pages, in order; a part without a title has pages only.
    """
    names = [name for _, pages in parts for name in pages]
    contents, chapters, solutions = [], [], []
    styles: dict[str, None] = {}  # each once, in their order
    for part, pages in parts:
        contents.append(f"<li>{part}<ol>" if part else "<li><ol>")
        for k, name in enumerate(pages):
            whole = _read(site, name)
            styles |= dict.fromkeys(_styles(whole, site, name))
            article = whole.article
            for element in article.select(UNPRINTED):
                element.decompose()
            _leave_out_drawing(article)
            title = article.h1.get_text().strip()
            _localise(article, site, name, set(names))
            found = _take_solutions(article, name) + _take_answers(article)
            _unfold(article)
            contents.append(f"<li>{_entry(_anchor(name), title)}</li>")
            head = f'<p class="part">{part}</p>' if part and k == 0 else ""
            chapters.append(
                f'<section class="chapter" id="{_anchor(name)}">{head}'
                f"{article.decode_contents()}</section>"
            )
            if found:
                solutions.append(f'<h2 id="{_anchor(name, "solutions")}">{title}</h2>')
                solutions += found
        contents.append("</ol></li>")
    if solutions:
        title = "Solutions and answers"
        contents.append(f'<li><ol><li>{_entry("solutions", title)}</li></ol></li>')
        chapters.append(
            f'<section class="chapter" id="solutions"><h1>{title}</h1>{"".join(solutions)}'
            "</section>"
        )
    return PAGE.format(
        title=TITLE,
        styles="".join(styles),
        own=OWN,
        contents="".join(contents),
        chapters="\n".join(chapters),
    )


def print_pdf(html: str, site: Path, pdf: Path) -> None:
    """Print a page of HTML, with tags, bookmarks and page numbers.

    Parameters
    ----------
    html : str
        From :func:`print_page`.
    site : Path
        The built site, whose pictures and styles the page shows.
    pdf : Path
        The file to write.

    Raises
    ------
    InputError
        If there is no Chromium, or Playwright is not installed.
    """
    browser = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise InputError(
            "The PDF is printed through the package playwright, which is not installed; "
            "`pip install playwright` brings it."
        ) from None

    def printed(view, html: str) -> None:
        page.write_text(html, encoding="utf-8")
        view.goto(page.as_uri(), wait_until="load", timeout=0)
        view.evaluate("window.MathJax?.startup?.promise")
        view.pdf(
            path=str(pdf), format="A4", print_background=True, tagged=True, outline=True,
            display_header_footer=True, header_template="<span></span>", footer_template=FOOT,
            margin={"top": "18mm", "bottom": "20mm", "left": "16mm", "right": "16mm"},
        )  # fmt: skip

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        for shared in ("_static", "_images"):
            shutil.copytree(site / shared, Path(folder) / shared)
        page = Path(folder) / "book.html"
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        view = opened.new_page(viewport={"width": 700, "height": 1000}, color_scheme="light")
        view.set_default_timeout(0)
        # a page knows no other's number: the book is printed, looked at, and printed again
        printed(view, html)
        numbers = _page_numbers(pdf)
        printed(view, PAGE_NUMBER.sub(lambda place: f"{place[1]}{numbers[place[2]]}", html))
        opened.close()


def _page_numbers(pdf: Path) -> dict[str, int]:
    """Return the page on which each place stands that a link of the PDF leads to."""
    from pypdf import PdfReader

    reader = PdfReader(pdf)
    places = reader.named_destinations.items()
    return {k.lstrip("/"): reader.get_destination_page_number(v) + 1 for k, v in places}


def chromium() -> str:
    """Return the path of a Chromium.

    Raises
    ------
    InputError
        If there is none.
    """
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path or not Path(path).is_file():
        raise InputError(
            f"The PDF is printed by Chromium, and {path or 'none'} is here; install it (Debian: "
            "apt-get install chromium) or name one in the variable CHROMIUM. The site itself "
            "does not need it."
        )
    return path


def book_parts(book: Path) -> list[tuple[str, list[str]]]:
    """Return the book's parts with their pages, the title page first."""
    import yaml

    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    parts = [("", [toc["root"]])]
    for part in toc.get("parts", ()):
        parts.append((part.get("caption", ""), list(_files(part["chapters"]))))
    return parts


def _files(chapters):
    for chapter in chapters:
        yield chapter["file"]
        yield from _files(chapter.get("sections", ()))


def _read(site: Path, name: str):
    from bs4 import BeautifulSoup

    return BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def _styles(page, site: Path, name: str) -> list[str]:
    """Return a page's styles, with addresses as seen from the site's folder."""
    here = (site / name).parent

    def from_site(match) -> str:
        path = (here / unquote(match[1])).resolve()
        return f'url("{quote(path.relative_to(site.resolve()).as_posix())}")'

    styles = [style.decode_contents(formatter=None) for style in page.select("head > style")]
    return [f"<style>{ADDRESS.sub(from_site, style)}</style>" for style in styles]


def _anchor(page: str, anchor: str = "") -> str:
    return f"{page.replace('/', '-')}--{anchor}" if anchor else page.replace("/", "-")


def _localise(article, site: Path, name: str, names: set[str]) -> None:
    """Make ids unique in the book, and let links and pictures be found from the site's folder."""
    here = (site / name).parent
    for element in article.find_all(id=True):
        element["id"] = _anchor(name, element["id"])
    for attribute in ("aria-labelledby", "aria-describedby", "for", "headers"):
        for element in article.find_all(attrs={attribute: True}):
            value = element[attribute]
            ids = value if isinstance(value, list) else value.split()
            element[attribute] = " ".join(_anchor(name, i) for i in ids)
    for picture in article.find_all("img", src=True):
        if not picture["src"].startswith("data:"):
            path = (here / unquote(picture["src"])).resolve()
            picture["src"] = quote(path.relative_to(site.resolve()).as_posix())
        picture.attrs.pop("loading", None)
    for link in article.find_all("a", href=True):
        target = urlsplit(link["href"])
        if target.scheme or target.netloc:
            continue
        path = (here / unquote(target.path)).resolve() if target.path else site.resolve() / name
        page = path.relative_to(site.resolve()).as_posix().removesuffix(".html")
        if page in names:
            link["href"] = f"#{_anchor(page, unquote(target.fragment))}"
        else:
            # a file beside the page, or a page that is not printed
            link.unwrap()


def _take_solutions(article, name: str) -> list[str]:
    taken = []
    for k, details in enumerate(article.select("details.sd-dropdown"), start=1):
        summary = details.summary.get_text(" ", strip=True)
        if summary != "Solution":
            continue
        heading = details.find_previous(["h2", "h3", "h4"])
        asked, solved = _anchor(name, f"exercise-{k}"), _anchor(name, f"solution-{k}")
        details.summary.decompose()
        taken.append(
            f'<div class="solution" id="{solved}">'
            f"<h3>{_entry(asked, heading.get_text().strip())}</h3>"
            f"{details.decode_contents()}</div>"
        )
        details.name, details.attrs = "p", {"class": "solved", "id": asked}
        details.clear()
        details.append(_soup(_entry(solved, "Solution:")))
    return taken


def _take_answers(article) -> list[str]:
    """Take the answers to a chapter's questions; a hint stays with its question."""
    taken = []
    for question in article.select(".quiz"):
        details = question.select_one("details.quiz-answer")
        head = question.select_one(".quiz-no").get_text().strip(" .")
        asked, answered = question["id"], f"{question['id']}-answer"
        details.summary.decompose()
        hint = details.select_one(".quiz-hint")
        for control in question.select("input"):
            if control["type"] == "text":
                control.insert_before(_soup('<span class="blank"></span>'))
            control.decompose()
        if hint:
            details.insert_before(hint.extract())
        taken.append(
            f'<div class="solution" id="{answered}"><h3>{_entry(asked, head)}</h3>'
            f"{details.decode_contents()}</div>"
        )
        details.replace_with(_soup(f'<p class="solved">{_entry(answered, "Answer:")}</p>'))
    return taken


def _entry(anchor: str, words: str) -> str:
    """Return a link with the number of the page where it leads."""
    number = f'<span class="page-number" data-of="{anchor}">000</span>'
    return f'<a href="#{anchor}">{words}</a> <span class="page">page {number}</span>'


def _soup(html: str):
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "html.parser")


def _leave_out_drawing(article) -> None:
    """Leave out the code of cells that only import, check settings, draw or show."""
    for shown in article.select(".cell > .cell_input"):
        if _only_shows(shown.get_text()):
            shown.decompose()


def _only_shows(code: str) -> bool:
    try:
        body = ast.parse(code).body
    except SyntaxError:  # a command of the notebook's
        return False
    calls = [s.value for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    imports = [s for s in body if isinstance(s, (ast.Import, ast.ImportFrom))]
    # what prints is a sum worked out in front of the reader
    prints = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
    return len(calls) + len(imports) == len(body) and not prints


def _unfold(article) -> None:
    for details in article.find_all("details"):
        if details.summary:
            details.summary.name = "p"
            details.find("p")["class"] = "unfolded"
        details.name = "div"
        details.attrs = {"class": "unfolded-box"}


PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{title}</title>{styles}<style>{own}</style>
<script>window.MathJax = {{"options": {{"processHtmlClass": "tex2jax_process|mathjax_process|math|output_area"}}}}</script>
<script defer src="_static/mathjax/tex-svg-full.js"></script></head>
<body class="book"><main class="bd-content bd-article">
<nav class="book-contents" aria-label="Contents"><p class="book-title">{title}</p>
<p>Evidence summary for teaching and research. Not treatment advice.</p>
<ol class="parts">{contents}</ol></nav>
{chapters}
</main></body></html>
"""
