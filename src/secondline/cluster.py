"""Blocks of a simulation on this machine, or on a dask cluster of the reader's own."""

from secondline.errors import InputError


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
        If the package distributed is missing or no scheduler answers.
    """
    if not scheduler:
        for block in blocks:
            yield work(settings, block)
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            "A scheduler needs the package distributed: pip install 'secondline[cluster]'."
        ) from error
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"No dask scheduler answers at {scheduler!r}; give an address such as "
            "'tcp://127.0.0.1:8786', or leave it empty."
        ) from error
    with client:
        shared = client.scatter(settings, broadcast=True)
        futures = [client.submit(work, shared, block, pure=False) for block in blocks]
        yield from client.gather(futures)
