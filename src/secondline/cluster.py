"""A dask cluster of the reader's own: the connection to it, and blocks of a simulation there."""

import re
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

from secondline.errors import InputError

CONNECT_SECONDS = 10
FORM = re.compile(r"[a-z]+://(?:[\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})")


class ClusterLost(InputError):
    """A cluster cannot go on; what was finished before is kept."""


@contextmanager
def connected(scheduler: str) -> Iterator:
    """Connect to a scheduler, for as long as the block lasts.

    Parameters
    ----------
    scheduler : str
        Its address, ``tcp://host:port``.

    Yields
    ------
    distributed.Client

    Raises
    ------
    InputError
        If the package distributed is missing, the address has another form, or no scheduler
        answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            "A scheduler needs the package distributed: pip install distributed"
        ) from error
    check_address(scheduler)
    try:
        client = Client(scheduler, timeout=f"{CONNECT_SECONDS}s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise _no_scheduler(scheduler) from error
    with client:
        yield client


def check_address(scheduler: str) -> None:
    """Refuse what cannot be a scheduler's address.

    Raises
    ------
    InputError
    """
    form = FORM.fullmatch(scheduler)
    if not form or not 0 < int(form[1]) < 65536:
        raise _no_scheduler(scheduler)


def _no_scheduler(scheduler: str) -> InputError:
    return InputError(
        f"No dask scheduler answers at {scheduler!r}; give an address such as "
        "'tcp://127.0.0.1:8786', or none, for this computer."
    )


def run_blocks(work, settings, blocks, *, scheduler: str = ""):
    """Yield ``work(settings, block)`` of each block, in the order of the blocks.

    Parameters
    ----------
    work : callable
        A function of a module, so that a worker can find it.
    settings : object
        Given to every call; sent to each worker once.
    blocks : iterable of int
    scheduler : str
        Address of a dask scheduler (``tcp://host:port``); empty: this process.

    Raises
    ------
    InputError
        If the package distributed is missing, no scheduler answers, or the cluster loses a
        part of the work (:class:`ClusterLost`).
    """
    if not scheduler:
        for block in blocks:
            yield work(settings, block)
        return
    with connected(scheduler) as client:
        from distributed import KilledWorker

        # under a name of their own: those of the last call, if they were the same, are just
        # being given up by the workers
        (shared,) = client.scatter([settings], broadcast=True, hash=False)
        futures = [client.submit(work, shared, block, pure=False) for block in blocks]
        try:
            results = client.gather(futures)
        except (CancelledError, KilledWorker) as error:
            raise ClusterLost(
                f"The cluster at {scheduler!r} lost a part of the work ({error}). Its workers may "
                "have ended, or have too little memory: run it again, or without a scheduler, on "
                "this computer."
            ) from error
        yield from results
