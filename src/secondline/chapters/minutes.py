"""The minutes that a chapter says it takes to read."""

import json
import re
from pathlib import Path

STATED = re.compile(r"\*\*Reading time\*\* about (\d+) minutes\b")


def stated_minutes(path: Path) -> int | None:
    """Return the minutes that a notebook or Markdown page states, or None.

    Parameters
    ----------
    path : Path
        A chapter's file.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
    found = STATED.search(text)
    return int(found[1]) if found else None
