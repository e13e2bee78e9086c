"""Where the project's folders are."""

import os
from functools import cache
from pathlib import Path

from secondline.errors import InputError

FOLDER_VARIABLE = "SECONDLINE_DATA"  # names another folder for downloaded data
ROOT_VARIABLE = "SECONDLINE_ROOT"  # names the project's folder, where it is not around the library


def project_root() -> Path:
    """Return the folder that holds ``seeds/`` and ``data/``.

    The one in ``SECONDLINE_ROOT``, if that is set; else looked for above this file (a clone
    installed with ``pip install -e .``), then above the working directory.

    Raises
    ------
    InputError
        If no place has them.
    """
    named = os.environ.get(ROOT_VARIABLE, "").strip()
    if named:
        if not (Path(named) / "seeds").is_dir() or not (Path(named) / "data").is_dir():
            raise InputError(
                f"{ROOT_VARIABLE} is {named!r}; it must be a folder that holds seeds/ and data/."
            )
        return Path(named).resolve()
    return _around()


@cache
def _around() -> Path:
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
