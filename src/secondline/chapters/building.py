"""One build at a time, and a site that is whole at every moment."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secondline.errors import InputError


@contextmanager
def sole_build(folder: Path, what: str = "build") -> Iterator[None]:
    """Hold the lock of a folder that one command at a time may write to.

    The system takes the lock back when the process ends, however it ends.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; the lock is its file ``build.lock``.
    what : str
        The kind of command, for the message.

    Raises
    ------
    InputError
        If another one holds it, or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "build.lock").open("a")
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error.strerror}.") from error
    with file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            raise InputError(
                f"Another {what} is running in {folder}; wait until it has ended, and start "
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
