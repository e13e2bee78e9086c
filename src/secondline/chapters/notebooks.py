"""Notebook files: read with a sentence for what cannot be read, written whole or not at all."""

import contextlib
import json
import math
import os
import tempfile
from pathlib import Path

from secondline.errors import InputError

PARAMETERS_TAG = "parameters"


def read_notebook(path: Path) -> dict:
    """Return a notebook's content.

    Raises
    ------
    InputError
        If the file is missing or is no notebook of format 4.
    """
    try:
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The notebook {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{Path(path).name} is no readable notebook: {error}.") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(
        isinstance(cell, dict) and {"cell_type", "source"} <= set(cell) for cell in cells
    ):
        raise InputError(f"{Path(path).name} is no readable notebook: it has no list of cells.")
    return notebook


def source_of(cell: dict) -> str:
    """Return a cell's text, which a file may hold as lines."""
    return "".join(cell["source"])


def tags_of(cell: dict) -> list:
    """Return a cell's tags."""
    return cell.get("metadata", {}).get("tags", [])


def title_of(notebook: dict, otherwise: str) -> str:
    """Return a notebook's first heading of the first level, or another name."""
    for cell in notebook["cells"]:
        for line in source_of(cell).splitlines() if cell["cell_type"] == "markdown" else ():
            if line.startswith("# "):
                return line[2:].strip()
    return otherwise


def without_nan(value):
    """Return JSON content with None in place of numbers that JSON does not have.

    JupyterLab refuses a notebook in which NaN stands.
    """
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def json_bytes(content) -> bytes:
    """Return the file of a notebook, a manifest or results; see :func:`without_nan`."""
    text = json.dumps(without_nan(content), indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at every moment either the old or the whole new one is there.

    Raises
    ------
    InputError
        If the folder cannot be written to or the disk is full; nothing is left behind.
    """
    path = Path(path)
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # a name of its own: two writers of one file do not meet in the partial one
        number, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner can read
        os.chmod(partial, 0o666 & ~_umask())
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if partial:
            with contextlib.suppress(OSError):
                os.unlink(partial)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
