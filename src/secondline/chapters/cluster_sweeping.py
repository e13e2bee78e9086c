"""The variants of a sweep run on a dask cluster; what comes of them is kept here, as of a local run."""

import logging
import os
import platform
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from queue import Empty, SimpleQueue

from secondline.chapters import cluster_worker
from secondline.chapters.cluster_worker import (
    Answer, Job, Offer, Unwanted, canonical, compare, receive, run_there,
)  # fmt: skip
from secondline.chapters.hashes import PASSED_OVER, file_hash, text_hash
from secondline.chapters.project import WATCHED, Project, Request, reads_downloads
from secondline.chapters.running import Limits
from secondline.chapters.sweeping import Outcome, failed, finished, modules_of
from secondline.cluster import ClusterLost, connected
from secondline.errors import InputError
from secondline.paths import data_folder

PATIENCE = 30  # seconds without any worker, or without an answer of the scheduler
TICK = 1.0  # seconds between two looks at the cluster
MOST_SENT = 5  # times that a variant comes back for want of files, or because it was lost
KILLED = "its worker died, again and again, perhaps for want of memory (KilledWorker)."
REMEDY = "Install the same there, and start it again."


def run_on_cluster(
    requests: dict[int, Request], project: Project, address: str, limits: Limits
) -> Iterator[tuple[int, Outcome]]:
    """Run variants on the workers of a dask cluster, each with warm kernels of its own.

    A worker that is killed fails nobody else: its variants are sent again. One whose workers
    are killed again and again is sent once more at the end, alone, before it has failed.

    Parameters
    ----------
    requests : dict of int to Request
    project : Project
        Its files are sent, and its store gets the results.
    address : str
        Of the scheduler.
    limits : Limits
        Without one for memory, a kernel may hold its share of four fifths of its worker's.

    Raises
    ------
    InputError
        If no scheduler answers, or a worker has another library, Python or packages.
    ClusterLost
        If the scheduler or all workers have gone, or none comes.
    """
    if not requests:
        return
    offer = make_offer(project, requests.values())
    with connected(address) as client:
        # what it would write of a lost connection is said in a sentence
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        cluster = _Cluster(client, address, offer, project)
        suspects = {}
        for k, answer in cluster.answers(requests, limits):
            if answer is None:
                suspects[k] = requests[k]
            else:
                yield k, _outcome(project, requests[k], answer)
        for k, answer in cluster.answers(suspects, limits, at_once=1):
            yield k, _outcome(project, requests[k], answer or Answer("", error=KILLED))


def make_offer(project: Project, requests: Iterable[Request]) -> Offer:
    """Return what runs of these variants must be made from.

    Raises
    ------
    InputError
        If the project is changed meanwhile.
    """
    requests = tuple(requests)
    modules = modules_of(project, requests)
    running = project.library.modules_used([f"from {cluster_worker.__name__} import run_there"])
    downloads = data_folder().resolve()
    wanted = reads_downloads(modules)
    files = {}
    for part in WATCHED:
        if part != "src/secondline":  # which workers have
            files |= _hashes(project, project.root.resolve() / part, None if wanted else downloads)
    if wanted:
        files |= _hashes(project, downloads)
    for request in requests:
        files |= {name: file_hash(project.root / name) for name in _own(project, request).values()}
    for request in {request.chapter: request for request in requests}.values():
        if Project(project.root).key(request) != project.key(request):
            raise InputError("The project was changed while the sweep began; start it again.")
    packages = canonical(project.versions)
    return Offer(
        root=str(project.root.resolve()),
        files=files,
        data=project.name(downloads),
        library=project.library.hashes({*modules, *running}),
        modules=modules,
        python=platform.python_version(),
        packages=packages,
        needed=_needed("secondline[book]") or frozenset(packages),
    )


class _Cluster:
    """A sweep's dealings with a cluster."""

    def __init__(self, client, address: str, offer: Offer, project: Project):
        self.client, self.address, self.offer, self.project = client, address, offer, project
        self._threads = 0
        self._looked, self._last_seen = -TICK, time.monotonic()
        self._met: set[str] = set()

    def look(self) -> None:
        """See which workers there are, at most once a tick, and look at those that are new."""
        now = time.monotonic()
        if now < self._looked + TICK:
            return
        self._looked, self._threads = now, 0
        with self._reaching():
            threads = self.client.nthreads(callback_timeout=PATIENCE)
            self._meet([worker for worker in threads if worker not in self._met])
            self._threads = sum(threads.values())
            if self._threads:
                self._last_seen = now
        if now > self._last_seen + PATIENCE:
            raise ClusterLost(
                f"The scheduler {self.address} has had no worker for {PATIENCE} seconds; "
                f"start one with: dask worker {self.address}"
            )

    def _meet(self, workers: list[str]) -> None:
        """Look at workers before they get a variant: one without the library would end of it."""
        if workers:
            said = self._run(workers, compare, self.offer)
            self._met.update(workers)
            for worker, answer in said.items():
                if not isinstance(answer, Answer | OSError):  # with an OSError it has gone
                    raise InputError(f"The worker {worker} has no such library ({answer}). {REMEDY}")
            self.provide([answer for answer in said.values() if isinstance(answer, Answer)])

    def _run(self, workers: list[str], function, *arguments, seconds: float = 0) -> dict:
        return self.client.run(
            function, *arguments, workers=workers, on_error="return",
            callback_timeout=PATIENCE + seconds,
        )  # fmt: skip

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Leave alone what a lost connection does; the client comes back, or it ends all."""
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            if self.client.status in ("closing", "closed") or isinstance(error, TimeoutError):
                raise ClusterLost(f"The scheduler {self.address} does not answer any more.") from error
            if self.client.status == "running" and not isinstance(error, OSError):
                raise

    def answers(
        self, requests: dict[int, Request], limits: Limits, at_once: int | None = None
    ) -> Iterator[tuple[int, Answer | None]]:
        """Yield what came of each variant, None for those whose workers died."""
        waiting, running, sent = deque(requests), {}, dict.fromkeys(requests, 0)
        ended: SimpleQueue = SimpleQueue()
        try:
            while waiting or running:
                self.look()
                # no more than can be under way: a worker that dies casts doubt on all it has
                while waiting and len(running) < (at_once or self._threads):
                    job = _job(self.project, requests[waiting[0]], limits)
                    with self._reaching():
                        future = self.client.submit(run_there, self.offer, job, pure=False)
                        future.add_done_callback(ended.put)
                        k = waiting.popleft()
                        running[future.key], sent[k] = (k, future), sent[k] + 1
                try:
                    future = ended.get(timeout=TICK)
                except Empty:
                    continue
                k, _ = running.pop(future.key)
                answer = self._collect(future)
                if answer is not None and not answer.run and not answer.error:
                    with self._reaching():
                        self.provide([answer] if answer.worker else [])
                    if sent[k] < MOST_SENT:
                        waiting.append(k)
                        continue
                    answer = Answer("", error="was sent to the cluster again and again, and lost.")
                yield k, answer
        finally:
            if running and self.client.status == "running":
                self.client.cancel([future for _, future in running.values()])

    def _collect(self, future) -> Answer | None:
        """Return the answer of a variant, an empty one if it was lost on the way, None if its
        workers died; and let the cluster forget it.
        """
        from distributed import KilledWorker

        try:
            if future.status == "finished":
                return future.result(timeout=PATIENCE)
            if future.status != "error":
                return Answer("")
            error = future.exception(timeout=PATIENCE)
            if isinstance(error, Unwanted):
                return Answer("")
        except (OSError, TimeoutError):
            return Answer("")
        finally:
            future.release()
        if isinstance(error, KilledWorker):
            return None
        if isinstance(error, RuntimeError) and "deserialization" in str(error):
            raise InputError(f"The scheduler {self.address} has no such library. {REMEDY}")
        return Answer("", error=f"could not be run: {type(error).__name__}: {error}")

    def provide(self, answers: list[Answer]) -> None:
        """Bring workers the files that they lack, each once; refuse those that differ."""
        alike: dict[tuple, list[str]] = {}
        for answer in answers:
            if answer.differs:
                raise InputError(f"The worker {answer.worker} {answer.differs}. {REMEDY}")
            if answer.lacks:
                alike.setdefault(answer.lacks, []).append(answer.worker)
        for lacks, workers in alike.items():
            contents = self._contents(lacks)
            size = sum(map(len, contents.values()))
            said = self._run(workers, receive, contents, seconds=len(workers) * size / 1e6)
            for worker, error in said.items():
                if isinstance(error, InputError):  # another error: it has gone
                    raise InputError(f"The worker {worker} cannot keep the files: {error}")

    def _contents(self, hashes: Iterable[str]) -> dict[str, bytes]:
        names = {sha: name for name, sha in self.offer.files.items()}
        contents = {}
        for sha in hashes:
            path = self.project.root / names[sha]
            if file_hash(path) != sha:
                raise InputError(f"{path} was changed during the sweep; start it again.")
            contents[sha] = path.read_bytes()
        return contents


def _outcome(project: Project, request: Request, answer: Answer) -> Outcome:
    if answer.run is None:
        return failed(request, answer.error, answer.repeatable)
    try:
        return finished(request, project.keep(request, project.key(request), answer.run).manifest)
    except InputError as error:
        return failed(request, str(error))


def _own(project: Project, request: Request) -> dict[str, str]:
    """Return the names of the reader's own files, by the parameters that name them."""
    paths = {name: request.values[name] for name in project.own_files(request)}
    return {name: project.name(Path(os.path.abspath(path))) for name, path in paths.items()}


def _job(project: Project, request: Request, limits: Limits) -> Job:
    return Job(request.chapter, request.changed, _own(project, request), limits)


def _hashes(project: Project, folder: Path, but: Path | None = None) -> dict[str, str]:
    """Return the names of what is in a folder, with the SHA-256 of files."""
    found = {project.name(folder): ""} if folder.is_dir() else {}
    for path in sorted(folder.rglob("*")):
        left_out = {*PASSED_OVER, "_build"} & set(path.relative_to(folder).parts)
        if not left_out and (but is None or but not in path.parents):
            found[project.name(path)] = file_hash(path) if path.is_file() else ""
    return found


def _needed(start: str) -> frozenset[str]:
    """Return the installed distributions that one requires, with those that they require."""
    from packaging.requirements import Requirement

    found, waiting = {}, [(Requirement(start).name, extra) for extra in ("", *Requirement(start).extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        try:
            required = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:
            continue
        found[name, extra] = name
        for one in required:
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(one.name, more) for more in ("", *one.extras)]
    return frozenset(canonical(dict.fromkeys(found.values(), "")))
