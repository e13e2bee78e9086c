"""One build at a time, and a site that is whole at every moment."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secondline.errors import InputError


@contextmanager
def sole_build(folder: Path) -> Iterator[None]:
    """Hold the lock of a build folder.

    The system takes the lock back when the process ends, however it ends.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; the lock is its file ``build.lock``.

    Raises
    ------
    InputError
        If another build holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("a") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            raise InputError(
                f"Another build is running in {folder}; wait until it has ended, and start "
                "this one again."
            ) from None
        yield


def put_in_place(new: Path, place: Path) -> None:
    """Move a finished folder to its place; on failure the old one stands there again.

    Raises
    ------
    OSError
        If a folder cannot be renamed.
    """
    restore(place)
    aside = _aside(place)
    shutil.rmtree(aside, ignore_errors=True)
    if place.exists():
        place.rename(aside)
    try:
        new.rename(place)
    except BaseException:
        restore(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def restore(place: Path) -> None:
    """Bring back the folder that an interrupted :func:`put_in_place` set aside."""
    if not place.exists() and _aside(place).exists():
        _aside(place).rename(place)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}.old")


def _lock(file) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
