"""Where the project's folders are."""

import os
from functools import cache
from pathlib import Path

from secondline.errors import InputError

FOLDER_VARIABLE = "SECONDLINE_DATA"  # names another folder for downloaded data


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


def data_folder() -> Path:
    """Return where downloaded data lie: ``data/external``, or the folder in ``SECONDLINE_DATA``.

    A relative one counts from the project's folder, wherever a notebook runs.
    """
    named = os.environ.get(FOLDER_VARIABLE, "").strip() or "data/external"
    return project_root() / Path(named).expanduser()
