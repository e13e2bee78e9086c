"""Turn Sphinx's e-book into one that every reader opens: well-formed, with formulas."""

import html
import posixpath
import re
import zipfile
from collections.abc import Container
from pathlib import Path
from urllib.parse import quote

from secondline.chapters.formulas import mathml

# what answers to a pointer or a keyboard, scripts, and what is said to those who hear a page
LEFT_OUT = re.compile(
    r'<span class="tip-box[^>]*>.*?</span>|<p class="filter">.*?</p>|<script\b.*?</script>'
    r'|<a class="headerlink".*?</a>|<form\b.*?</form>'
    r'|<span class="sd-summary-state-marker.*?</svg></span>|<span class="visually-hidden">.*?</span>'
    # a role that the standard has given up
    r'| role="doc-biblioentry"',
    re.DOTALL,
)
# code, alone or with what it shows
FOLDED = re.compile(r'<details class="[^"]*\bhide\b.*?</details>', re.DOTALL)
STYLES = re.compile(r'<link rel="stylesheet"[^>]*? href="([^"]+)"[^>]*>')
LINK = re.compile(r'(?<= href=")([^"#]+)(?=[#"])')
# a drawing's document type names files of the network
DOCTYPE = re.compile(r"<!DOCTYPE svg[^>]*>\s*")
# an empty glyph, such as a space
NO_PATH = re.compile(r'<path(?![^>]*? d=")([^>]*?)(/?)>')
VOID = re.compile(r"<(br|hr|img|input|col|meta|link|wbr|source)\b((?:[^>\"]|\"[^\"]*\")*?)\s*/?>")
TAG = re.compile(r"<[a-zA-Z](?:\"[^\"]*\"|[^>\"])*>")
BARE = re.compile(r"(\"[^\"]*\")|(?<=\s)(open|hidden|disabled|checked|controls|nowrap)(?=[\s/>])")
ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)(\w+);")
INLINE = re.compile(r'<span class="math[^"]*">\\\((.*?)\\\)</span>', re.DOTALL)
BLOCK = re.compile(r'(<div class="math[^"]*"[^>]*>)(.*?)\\\[(.*?)\\\]\s*</div>', re.DOTALL)


def mend(source: Path, target: Path) -> None:
    """Write an e-book again, each page well-formed and its formulas as MathML.

    Parameters
    ----------
    source : Path
        As Sphinx wrote it.
    target : Path
        The file to write.
    """
    with zipfile.ZipFile(source) as old:
        files = {name: old.read(name) for name in old.namelist()}
    formulas, drawings = [], []
    for name in files:
        if name.endswith(".svg"):
            drawing = DOCTYPE.sub("", files[name].decode("utf-8"))
            files[name] = NO_PATH.sub(r'<path d=""\1\2>', drawing).encode("utf-8")
        if name.endswith((".xhtml", ".html")):
            page = mended_page(_linked(files[name].decode("utf-8"), name, files))
            files[name] = page.encode("utf-8")
            formulas += [name] * ("<math" in page)
            drawings += [name] * ("<svg" in page)
    for name in files:
        if name.endswith(".opf"):
            package = files[name].decode("utf-8")
            files[name] = _declared(package, formulas, drawings).encode("utf-8")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        # readers look for the kind of file at a fixed place, uncompressed
        new.writestr("mimetype", files.pop("mimetype"), zipfile.ZIP_STORED)
        for name, content in files.items():
            new.writestr(name, content)


def mended_page(page: str) -> str:
    """Return a page as XML that an e-book's reader takes."""
    page = FOLDED.sub(lambda fold: _without_code(fold[0]), page)
    page = LEFT_OUT.sub("", page).replace(' aria-label="Toggle hidden content"', "")
    page = INLINE.sub(lambda m: mathml(html.unescape(m[1]), block=False), page)
    page = BLOCK.sub(lambda m: f"{m[1]}{m[2]}{mathml(html.unescape(m[3]), block=True)}</div>", page)
    page = VOID.sub(r"<\1\2 />", page)
    page = TAG.sub(lambda tag: BARE.sub(lambda a: a[1] or f'{a[2]}=""', tag[0]), page)
    return ENTITY.sub(lambda m: _numbered(m[0]), page)


def _without_code(fold: str) -> str:
    _, output, shown = fold.removesuffix("</details>").partition('<div class="cell_output')
    return output + shown


def _linked(page: str, name: str, files: Container[str]) -> str:
    """Return a page whose links lead to the book's files, or out of it.

    The site's styles, which the e-book has not, are asked for no longer.
    """
    folder = posixpath.dirname(name)

    def is_there(address: str) -> bool:
        return posixpath.normpath(posixpath.join(folder, address)) in files

    def link(found: re.Match) -> str:
        address = found[1]
        if ":" in address:
            return quote(html.unescape(address), safe="/:?=&;%@!$'()*+,~[]").replace("&", "&amp;")
        made = re.sub(r"\.html$", ".xhtml", address)
        return made if is_there(made) else address

    page = STYLES.sub(lambda style: style[0] if is_there(style[1]) else "", page)
    return LINK.sub(link, page)


def _numbered(entity: str) -> str:
    return "".join(f"&#{ord(c)};" for c in html.unescape(entity))


def _declared(package: str, formulas: list[str], drawings: list[str]) -> str:
    for name in sorted({*formulas, *drawings}):
        kinds = " ".join(
            kind for kind, names in (("mathml", formulas), ("svg", drawings)) if name in names
        )
        package = package.replace(f'href="{name}"', f'href="{name}" properties="{kinds}"')
    return package
