"""The variants of a sweep run side by side; what is finished is never run twice."""

import contextlib
import json
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

from secondline.chapters import warm
from secondline.chapters.notebooks import json_bytes, write_whole
from secondline.chapters.project import Project, Request
from secondline.chapters.running import ChapterError, Limits, import_papermill
from secondline.errors import InputError

OK, FAILED = "ok", "failed"
KILLED = "the process that ran it was ended from outside, perhaps for want of memory."


@dataclass(frozen=True)
class Outcome:
    """What became of one variant.

    Attributes
    ----------
    request : Request
    status : str
        "ok" or "failed".
    seconds : float
        Of the run, also if it was an earlier one; NaN where none came to its end.
    results : dict
        What it recorded, with None for numbers that are none.
    error : str
        Empty if it came to its end.
    repeatable : bool
        Whether it would fail again.
    """

    request: Request
    status: str
    seconds: float
    results: dict
    error: str = ""
    repeatable: bool = False


def run_variants(
    requests: tuple[Request, ...],
    project: Project,
    record: Path,
    execute: Callable[[dict[int, Request]], Iterator[tuple[int, Outcome]]],
    *,
    retry: bool = False,
    force: bool = False,
    tell: Callable[[int, Outcome], None] = lambda *_: None,
) -> list[Outcome]:
    """Return what became of each variant, in their order.

    Parameters
    ----------
    requests : tuple of Request
    project : Project
        Its store has what was finished before.
    record : Path
        A file for the failures, so that those that would come again are not run again.
    execute : callable
        Runs the variants that are missing, and yields them in any order.
    retry : bool
        Run those again that have failed, too.
    force : bool
        Run all again.
    tell : callable
        Told of each variant as it is known.
    """
    keys = [project.key(request) for request in requests]
    failures = _read_failures(record)
    outcomes: dict[int, Outcome] = {}
    for k, (request, key) in enumerate(zip(requests, keys, strict=True)):
        entry = None if force else project.look_up(key)
        if entry is not None:
            outcomes[k] = finished(request, entry.manifest)
        elif key in failures and failures[key]["repeatable"] and not (retry or force):
            error = str(failures[key]["error"])
            outcomes[k] = failed(request, error, True)
        if k in outcomes:
            tell(k, outcomes[k])
    missing = {k: request for k, request in enumerate(requests) if k not in outcomes}
    with contextlib.closing(execute(missing)) as ended:
        for k, outcome in ended:
            outcomes[k] = outcome
            if outcome.status == FAILED:
                failures[keys[k]] = {"error": outcome.error, "repeatable": outcome.repeatable}
                write_whole(record, json_bytes(failures))
            tell(k, outcome)
    return [outcomes[k] for k in range(len(requests))]


def run_here(
    requests: dict[int, Request], root: Path, *, workers: int, limits: Limits, force: bool = False
) -> Iterator[tuple[int, Outcome]]:
    """Run variants in processes of this machine, with warm kernels that one process forks.

    A process that is killed fails nobody else: the variants that were under way are run
    again at the end, one by one, and only the one for which it happens again has failed.

    Raises
    ------
    InputError
        If the library's sources change while it is imported for the kernels.
    """
    if not requests:
        return
    # these processes start while the kernels' libraries are imported
    pool = _pool(min(workers, len(requests)))
    try:
        address = _start_kernels(root, requests.values())
        work = partial(run_one, str(root), limits=limits, force=force, address=address)
        suspects = {}
        with contextlib.closing(_side_by_side(requests, work, workers, pool)) as ended:
            for k, outcome in ended:
                if outcome is None:
                    suspects[k] = requests[k]
                else:
                    yield k, outcome
        for k, outcome in _side_by_side(suspects, work, 1):
            yield k, outcome or failed(requests[k], KILLED)
    finally:
        _end(pool)
        warm.close()  # the next run of this process is of sources as they are then


def _side_by_side(requests: dict[int, Request], work, workers: int, pool=None):
    """Yield the outcome of each variant, None for those under way when a process was killed."""
    waiting = deque(requests)
    while waiting:
        pool, running = pool or _pool(workers), {}
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    running[pool.submit(work, requests[waiting[0]])] = waiting[0]
                    waiting.popleft()
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                # those that came to their end before it broke first
                for future in sorted(done, key=lambda f: f.exception() is not None):
                    outcome = future.result()
                    yield running.pop(future), outcome
        except BrokenProcessPool:
            yield from ((k, None) for k in running.values())
        finally:
            _end(pool)
        pool = None


def run_one(
    root: str, request: Request, limits: Limits, force: bool, address: str | None = None
) -> Outcome:
    """Run one variant in this process, whose kernels are forked by who listens at an address."""
    try:
        run = _project(root, address).run(request, force=force, limits=limits)
    except ChapterError as error:
        said = f"{request.chapter} {error}"
        return failed(request, said, error.repeatable)
    except InputError as error:
        return failed(request, str(error))
    return finished(request, run.entry.manifest)


def machine_memory() -> int | None:
    """Return the bytes of this machine's memory, None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def finished(request: Request, manifest: dict) -> Outcome:
    """Return the outcome of a variant that is in the store."""
    return Outcome(request, OK, manifest["seconds"], manifest["results"])


def failed(request: Request, error: str, repeatable: bool = False) -> Outcome:
    """Return the outcome of a variant that did not come to its end."""
    return Outcome(request, FAILED, float("nan"), {}, error, repeatable)


def modules_of(project: Project, requests: Iterable[Request]) -> tuple[str, ...]:
    """Return the modules of the library that the chapters of these variants use."""
    chapters = {request.chapter for request in requests}
    return tuple(sorted(set().union(*(project.modules(chapter) for chapter in chapters))))


def _start_kernels(root: Path, requests: Iterable[Request]) -> str | None:
    """Start what forks kernels, with the modules of the library imported that variants use."""
    project = Project(root)
    modules = modules_of(project, requests)
    before = project.library.fingerprint(modules)
    address = warm.start_with(modules)
    # what was imported in between is what was there before and after
    if Project(root).library.fingerprint(modules) != before:
        raise InputError("The library was changed while the sweep began; start it again.")
    return address


@lru_cache(maxsize=4)
def _project(root: str, address: str | None) -> Project:
    """Return the project; this process's kernels are forked by who listens at an address."""
    warm.use(address)
    return Project(Path(root))


def _get_ready() -> None:
    """Import what every run needs."""
    import_papermill()


def _pool(workers: int) -> ProcessPoolExecutor:
    # new processes: a fork of this one would take its threads' locks along
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_ctrl_c)
    for _ in range(workers):
        pool.submit(_get_ready)
    return pool


def _leave_ctrl_c() -> None:
    """A Ctrl+C at the terminal is for the process that has started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool at once; its kernels go with its processes."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(10)


def _read_failures(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {key: failure for key, failure in found.items() if set(failure) >= {"error", "repeatable"}}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
