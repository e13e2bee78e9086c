#!/usr/bin/env python
"""Remove outputs from the book's notebooks, but for the cells that the tests compare.

    python scripts/clean_notebooks.py

Run before a commit. Cells marked ``# NBVAL_CHECK_OUTPUT`` keep what they show and
are numbered, as nbval wants them.
"""

import json
from pathlib import Path

BOOK = Path(__file__).resolve().parents[1] / "book"


def clean(path: Path) -> bool:
    """Rewrite one notebook; tell whether it changed."""
    before = path.read_text(encoding="utf-8")
    notebook = json.loads(before)
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        cell["metadata"].pop("papermill", None)
        if cell["cell_type"] != "code":
            continue
        if "# NBVAL_CHECK_OUTPUT" in "".join(cell["source"]):
            cell["execution_count"] = 1
            continue
        cell["outputs"], cell["execution_count"] = [], None
    notebook["metadata"] = {
        key: value
        for key, value in notebook["metadata"].items()
        if key in ("kernelspec", "language_info", "secondline")
    }
    notebook["metadata"]["language_info"] = {"name": "python"}
    after = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(after, encoding="utf-8")
    return after != before


def main() -> None:
    for path in sorted(BOOK.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts and clean(path):
            print(f"cleaned {path.relative_to(BOOK.parent)}")


if __name__ == "__main__":
    main()
