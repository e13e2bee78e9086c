#!/usr/bin/env python
"""Make one file of the whole book, to print or to read without a network.

    python scripts/print.py pdf  [-o FILE] [CHAPTER ...]
    python scripts/print.py epub [-o FILE]

The site has to be built. The PDF is printed by Chromium, with bookmarks, page numbers and
tags for screen readers; folded code is left out, and solutions stand at the end.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from secondline.chapters.building import sole_build
from secondline.chapters.ebook import mend
from secondline.chapters.printing import book_parts, print_page, print_pdf
from secondline.chapters.site import SiteError, sphinx_pages
from secondline.errors import InputError, one_of

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=["pdf", "epub"])
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="these alone (PDF)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the file to write")
    asked = parser.parse_intermixed_args()
    target = asked.output or BUILD / f"second-line.{asked.kind}"
    try:
        if not (BUILD / "html/index.html").is_file():
            raise InputError("There is no site yet; `make book` builds it.")
        if not target.parent.is_dir():
            raise InputError(f"The folder {target.parent} does not exist.")
        with sole_build(BUILD):
            if asked.kind == "pdf":
                pdf(target, asked.chapters)
            else:
                epub(target)
    except (InputError, SiteError) as error:
        print(f"The {asked.kind.upper()} was not made. {error}", file=sys.stderr)
        return 1
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


def pdf(target: Path, chapters: list[str]) -> None:
    """Write the book, or some of its chapters, as a PDF."""
    parts = book_parts(ROOT / "book")
    known = [name for _, names in parts for name in names]
    unknown = sorted(set(chapters) - set(known))
    if unknown:
        raise InputError(f"There is no chapter {unknown[0]!r}; allowed: {one_of(known)}.")
    if chapters:
        chosen = ((part, [name for name in names if name in chapters]) for part, names in parts)
        parts = [(part, names) for part, names in chosen if names]
    print_pdf(print_page(BUILD / "html", parts), BUILD / "html", target)


def epub(target: Path) -> None:
    """Write the book as an e-book."""
    with TemporaryDirectory(dir=BUILD) as work:
        mend(sphinx_pages(BUILD / "executed", Path(work), "epub"), target)


if __name__ == "__main__":
    raise SystemExit(main())
