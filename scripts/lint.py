#!/usr/bin/env python
"""List numbers in the book's prose that are neither claims nor computed.

    python scripts/lint.py

Pages that declare themselves complete must have none: exit code 1 if one has.
"""

from pathlib import Path

from secondline.chapters.execution import chapter_file, chapter_names
from secondline.chapters.lint import bare_numbers, is_complete

BOOK = Path(__file__).resolve().parents[1] / "book"


def main() -> int:
    failed = False
    for name in chapter_names(BOOK):
        path = chapter_file(BOOK, name)
        found = bare_numbers(path, BOOK)
        complete = is_complete(path)
        failed |= complete and bool(found)
        state = "complete" if complete else "not declared complete"
        print(f"{name}: {len(found)} bare numbers ({state})")
        for item in found:
            print(f"  {item.place}: {item.number}  in: {item.context}")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
