"""Where the project's folders are."""

from functools import cache
from pathlib import Path

from secondline.errors import InputError


@cache
def project_root() -> Path:
    """Return the folder that holds ``seeds/`` and ``data/``.

    Looked for above this file (a clone installed with ``pip install -e .``),
    then above the working directory.

    Raises
    ------
    InputError
        If neither place has them.
    """
    for start in (Path(__file__).resolve(), Path.cwd() / "here"):
        for folder in start.parents:
            if (folder / "seeds").is_dir() and (folder / "data").is_dir():
                return folder
    raise InputError(
        "The folders seeds/ and data/ were not found. Clone the project and install it "
        "with 'pip install -e .', or run from inside the clone."
    )
