"""The whole book as one page for print, and from it a PDF."""

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
# for a screen, a pointer or a person who can unfold
UNPRINTED = (
    ".headerlink, .tip-box, .filter, .copybtn, script, button, noscript, .toctree-wrapper, "
    "details.hide > summary, details.hide > .cell_input, .tag_hide-input > .cell_input, iframe, "
    ".sl-explorer form"
)

# of a file, in a page's styles
ADDRESS = re.compile(r'url\("(?!data:|#)([^"?#]+)[^"]*"\)')


def print_page(site: Path, parts: list[tuple[str, list[str]]]) -> str:
    """Return the book as one page of HTML, which stands in the site's folder.

    Links between chapters lead within the page. Code that is folded on the site is left out,
    and what it shows is kept. Solutions follow at the end, each after a link to its exercise.

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
            title = article.h1.get_text().strip()
            _localise(article, site, name, set(names))
            found = _take_solutions(article, name)
            _unfold(article)
            contents.append(f'<li><a href="#{_anchor(name)}">{title}</a></li>')
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
        contents.append('<li><ol><li><a href="#solutions">Solutions</a></li></ol></li>')
        chapters.append(
            f'<section class="chapter" id="solutions"><h1>Solutions</h1>{"".join(solutions)}'
            "</section>"
        )
    return PAGE.format(
        title=TITLE,
        styles="".join(styles),
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
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        for shared in ("_static", "_images"):
            shutil.copytree(site / shared, Path(folder) / shared)
        page = Path(folder) / "book.html"
        page.write_text(html, encoding="utf-8")
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        view = opened.new_page(viewport={"width": 700, "height": 1000}, color_scheme="light")
        view.set_default_timeout(0)
        view.goto(page.as_uri(), wait_until="load", timeout=0)
        view.evaluate("window.MathJax?.startup?.promise")
        view.pdf(
            path=str(pdf), format="A4", print_background=True, tagged=True, outline=True,
            display_header_footer=True, header_template="<span></span>", footer_template=FOOT,
            margin={"top": "18mm", "bottom": "20mm", "left": "16mm", "right": "16mm"},
        )  # fmt: skip
        opened.close()


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
            f'<div class="solution" id="{solved}"><h3><a href="#{asked}">'
            f"{heading.get_text().strip()}</a></h3>{details.decode_contents()}</div>"
        )
        details.name, details.attrs = "p", {"class": "solved", "id": asked}
        details.clear()
        details.append(_link(f"#{solved}", "The solution is at the end of the book."))
    return taken


def _link(href: str, text: str):
    from bs4 import BeautifulSoup

    return BeautifulSoup(f'<a href="{href}">{text}</a>', "html.parser").a


def _unfold(article) -> None:
    for details in article.find_all("details"):
        if details.summary:
            details.summary.name = "p"
            details.find("p")["class"] = "unfolded"
        details.name = "div"
        details.attrs = {"class": "unfolded-box"}


PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{title}</title>{styles}
<script>window.MathJax = {{"options": {{"processHtmlClass": "tex2jax_process|mathjax_process|math|output_area"}}}}</script>
<script defer src="_static/mathjax/tex-svg-full.js"></script></head>
<body class="book"><main class="bd-content bd-article">
<nav class="book-contents" aria-label="Contents"><p class="book-title">{title}</p>
<p>Evidence summary for teaching and research. Not treatment advice.</p>
<ol class="parts">{contents}</ol></nav>
{chapters}
</main></body></html>
"""
