"""What a worker of a dask cluster does for a sweep. It needs this library, and no checkout.

Files come by their SHA-256 and stay for as long as the worker lives; a folder of links to them
is the project that a chapter sees. Each of the worker's threads has a process of its own in
which papermill runs, since papermill changes the working directory of the whole process.
"""

import contextlib
import json
import logging
import os
import platform
import queue
import re
import selectors
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from secondline.chapters import warm
from secondline.chapters.hashes import file_hash, text_hash
from secondline.chapters.imports import Library
from secondline.chapters.notebooks import write_whole
from secondline.chapters.project import Project
from secondline.chapters.running import ChapterError, Limits
from secondline.chapters.sweeping import KILLED
from secondline.errors import InputError
from secondline.paths import FOLDER_VARIABLE, ROOT_VARIABLE, project_root

LIBRARY = Path(__file__).resolve().parents[1]
OUTSIDE = "outside"  # folder for what does not lie in the client's project
IDLE_SECONDS = 600  # after which a process with its warm kernels ends
LOG = logging.getLogger("distributed.sweep")  # which the worker writes to its own
NOT_COMPARED = ("secondline", "pip")  # its source is; installing is done


@dataclass(frozen=True)
class Offer:
    """What the runs of a sweep must be made from.

    Attributes
    ----------
    root : str
        The client's project folder.
    files : dict
        Name of each file that chapters may read to its SHA-256; of a folder, to nothing.
    data : str
        Name of the folder of downloaded data.
    library : dict
        Modules of the library that chapters use, and that run them, to their SHA-256.
    modules : tuple of str
        Those that chapters use.
    python : str
        Version.
    packages : dict
        Installed distributions to their versions.
    needed : frozenset of str
        Distributions that chapters may import.
    """

    root: str
    files: dict[str, str]
    data: str
    library: dict[str, str]
    modules: tuple[str, ...]
    python: str
    packages: dict[str, str]
    needed: frozenset[str]


@dataclass(frozen=True)
class Job:
    """One variant: values that are not the chapter's own, and which of them name a file."""

    chapter: str
    changed: dict
    own: dict[str, str]
    limits: Limits


@dataclass(frozen=True)
class Answer:
    """What a worker says: in what it differs, else which files it lacks, else what came of a run."""

    worker: str
    differs: str = ""
    lacks: tuple[str, ...] = ()
    run: dict | None = None
    error: str = ""
    repeatable: bool = False


def compare(offer: Offer, dask_worker) -> Answer:
    """Say in what a worker differs from the client, or which files it lacks."""
    differs = _differences(offer)
    files = _folder(dask_worker) / "files"
    lacks = () if differs else {h for h in offer.files.values() if h and not (files / h).is_file()}
    return Answer(dask_worker.address, differs, tuple(sorted(lacks)))


def receive(contents: dict[str, bytes], dask_worker) -> None:
    """Keep files under their SHA-256."""
    for name, content in contents.items():
        write_whole(_folder(dask_worker) / "files" / name, content)


def run_there(offer: Offer, job: Job) -> Answer:
    """Run a variant on the worker whose thread calls this."""
    from distributed import get_worker

    worker = get_worker()
    answer = compare(offer, worker)
    if answer.differs or answer.lacks:
        return answer
    tree = _tree(offer, _folder(worker))
    limits = job.limits
    most = worker.memory_manager.memory_limit
    if limits.memory is None and most:
        limits = replace(limits, memory=int(0.8 * most / worker.state.nthreads))
    own = {_place(tree, name): job.changed[parameter] for parameter, name in job.own.items()}
    paths = {parameter: str(_place(tree, name)) for parameter, name in job.own.items()}
    variables = {ROOT_VARIABLE: str(tree), FOLDER_VARIABLE: str(_place(tree, offer.data))}
    line = json.dumps([variables, job.chapter, job.changed | paths, asdict(limits)])
    said = _ask(line, offer, worker)
    # what was imported and read in between is what was there before and after
    answer = compare(offer, worker)
    if answer.differs:
        return answer
    # the client's paths again, as if it had run there
    for here, there in (*own.items(), (tree / OUTSIDE, ""), (tree, offer.root)):
        said = said.replace(json.dumps(str(here))[1:-1], json.dumps(there)[1:-1])
    done = json.loads(said)
    LOG.info("%s with %s: %s", job.chapter, job.changed, done.get("error", "done"))
    for kind in ("data", "folders") if "run" in done else ():
        known = done["run"][kind].items()
        done["run"][kind] = {name.removeprefix(OUTSIDE): value for name, value in known}
    return replace(answer, lacks=(), **done)


def canonical(versions: dict[str, str]) -> dict[str, str]:
    """Return distributions that are compared, by names as the standard writes them."""
    names = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in versions.items()}
    return {name: version for name, version in names.items() if name not in NOT_COMPARED}


def _hashes() -> dict[str, str]:
    library = Library(LIBRARY)
    return library.hashes(library.files)


# as the modules were when this process imported them
_LOADED = _hashes()


def _differences(offer: Offer) -> str:
    """Return a phrase on what differs, empty if nothing does."""
    if platform.python_version() != offer.python:
        return f"has Python {platform.python_version()}, and not {offer.python}"
    now = _hashes()
    other = [name for name, sha in offer.library.items() if not now.get(name) == sha == _LOADED.get(name)]
    if other:
        return f"has another version of the library: {_some(other)}"
    here = canonical(Project(LIBRARY).versions)
    other = [
        f"{name} {here.get(name, 'is missing')}, and not {version}"
        for name, version in offer.packages.items()
        if (name in here or name in offer.needed) and here.get(name) != version
    ]
    return f"has other packages: {_some(other)}" if other else ""


def _some(names: list[str]) -> str:
    return "; ".join(names[:3]) + (f"; and {len(names) - 3} more" if len(names) > 3 else "")


# ---- files

_making = threading.Lock()


def _folder(worker) -> Path:
    return Path(worker.local_directory).resolve() / "secondline"


def _place(tree: Path, name: str) -> Path:
    """Return where a file lies whose name is a path below the project, or a whole one."""
    path = Path(name)
    return tree / OUTSIDE / path.relative_to(path.anchor) if path.is_absolute() else tree / name


def _tree(offer: Offer, folder: Path) -> Path:
    """Return a project folder with the files of an offer, made if need be."""
    tree = folder / "trees" / text_hash(json.dumps(sorted(offer.files.items())))[:16]
    with _making:
        if not tree.is_dir():
            partial = tree.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            for name, sha in offer.files.items():
                place = _place(partial, name)
                place.parent.mkdir(parents=True, exist_ok=True)
                if sha:
                    _link(folder / "files" / sha, place)
                else:
                    place.mkdir(exist_ok=True)
            partial.rename(tree)
    return tree


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)


# ---- a process for each thread

_own = threading.local()


class Unwanted(Exception):
    """A run was ended because the sweep or the worker was."""


class _Process:
    """A Python in which papermill runs; it ends when this process does, however it ends."""

    def __init__(self, offer: Offer):
        self.library = offer.modules, offer.library
        self._process = subprocess.Popen(
            # -P: the working directory is no place for modules
            [sys.executable, "-P", "-m", __name__, *offer.modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            # a Ctrl+C at the terminal is for the worker
            start_new_session=True,
        )  # fmt: skip

    def ask(self, line: str, unwanted: Callable[[], bool]) -> str:
        """Return the answer to a job, empty if the process ended without one."""
        with contextlib.suppress(OSError), selectors.DefaultSelector() as selector:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not selector.select(0.5):
                if unwanted():
                    self.end()
                    raise Unwanted("Nobody waits for this variant any more.")
            said = self._process.stdout.readline()
            if said.endswith("\n"):
                return said
        return ""

    def end(self) -> None:
        """End it; its kernels go with it."""
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _ask(line: str, offer: Offer, worker) -> str:
    """Return what came of a job; a process that is killed is replaced once."""
    key = worker.get_current_task()

    def unwanted() -> bool:
        state = worker.state.tasks.get(key)
        ending = worker.status.name in ("closing", "closed", "failed")
        return ending or state is None or state.state == "cancelled"

    for _ in range(2):
        process = getattr(_own, "process", None)
        if process is not None and process.library != (offer.modules, offer.library):
            # its kernels have other modules imported already
            process.end()
            process = None
        process = _own.process = process or _Process(offer)
        said = ""
        try:
            said = process.ask(line, unwanted)
        finally:
            if not said:
                _own.process = None
        if said:
            return said
        process.end()
    return json.dumps({"error": KILLED})


def main(modules: list[str]) -> None:
    """Answer jobs, one a line, until there are no more."""
    # what kernels and libraries print goes to the worker's log
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs: queue.SimpleQueue = queue.SimpleQueue()
    threading.Thread(target=_take, args=(jobs,), daemon=True).start()
    warm.start_with(modules)
    with contextlib.suppress(queue.Empty, BrokenPipeError):
        while line := jobs.get(timeout=IDLE_SECONDS):
            answers.write(json.dumps(_run(*json.loads(line))) + "\n")
            answers.flush()


def _take(jobs: queue.SimpleQueue) -> None:
    for line in sys.stdin:
        jobs.put(line)
    # the worker has gone, or wants no more of it: so do the kernels, and then this process
    warm.close()
    jobs.put("")
    time.sleep(10)
    os._exit(1)


def _run(variables: dict, chapter: str, changed: dict, limits: dict) -> dict:
    os.environ.update(variables)
    try:
        return {"run": Project(project_root()).execute(chapter, changed, Limits(**limits))}
    except ChapterError as error:
        return {"error": f"{chapter} {error}", "repeatable": error.repeatable}
    except (InputError, OSError) as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main(sys.argv[1:])
