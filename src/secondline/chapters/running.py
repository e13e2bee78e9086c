"""One notebook, once: papermill runs it in a kernel of its own, under limits."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from secondline.chapters import tracing
from secondline.errors import InputError

START_SECONDS = 60
# what a notebook may stop with on one machine, and not on another
OF_THE_MACHINE = ("MemoryError", "ModuleNotFoundError")


class ChapterError(Exception):
    """A notebook could not be run to its end; the message says why.

    Attributes
    ----------
    notebook : dict or None
        What had been run of it.
    repeatable : bool
        Whether the notebook itself stopped, so that it would stop again. A kernel that died
        or a time that ran out may be this machine's doing.
    """

    def __init__(self, message: str, notebook: dict | None = None, *, repeatable: bool = False):
        super().__init__(message)
        self.notebook = notebook
        self.repeatable = repeatable


@dataclass(frozen=True)
class Limits:
    """What a run may take.

    Attributes
    ----------
    cell_seconds : int or None
        Of each cell; None for no limit.
    memory : int or None
        Bytes that the kernel may hold; None for no limit. Needs Linux.
    """

    cell_seconds: int | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Executed:
    """A notebook that was run to its end.

    Attributes
    ----------
    notebook : dict
        Without times and paths: the same input gives the same content.
    seconds : float
        Wall time.
    opened : frozenset of (str, str)
        Files read and folders listed, of those that lie in the folders watched.
    """

    notebook: dict
    seconds: float
    opened: frozenset = field(default_factory=frozenset)


def run_notebook(
    source: Path, changed: dict, *, folder: Path, limits: Limits, watched: tuple[Path, ...] = ()
) -> Executed:
    """Run a notebook.

    Parameters
    ----------
    source : Path
    changed : dict
        Values of parameters that differ from the notebook's own, already checked.
    folder : Path
        Where the kernel starts.
    limits : Limits
    watched : tuple of Path
        Folders in which reading is noted.

    Raises
    ------
    ChapterError
        If the notebook stops, its kernel dies, or a limit is reached.
    """
    papermill = import_papermill()
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    from secondline.chapters.warm import manager_class

    start = time.perf_counter()
    under_way: list = []
    with _scratch_folder() as scratch:
        trace = scratch / "trace"
        variables = {
            tracing.TRACE: str(trace),
            tracing.FOLDERS: json.dumps([str(path) for path in watched]),
            tracing.MEMORY: str(limits.memory or ""),
        }
        try:
            with _environment(variables):
                papermill.execute_notebook(
                    str(source),
                    None,  # nothing is saved around each cell, which takes as long as the cells
                    parameters=changed,
                    cwd=str(folder),
                    kernel_name="python3",
                    language="python",
                    progress_bar=False,
                    log_output=False,
                    engine_name=_engine(papermill, under_way),
                    start_timeout=START_SECONDS,
                    execution_timeout=limits.cell_seconds,
                    # the notebook is done; a graceful end would interrupt the kernel, which
                    # complains
                    shutdown_kernel="immediate",
                    extra_arguments=[f"--IPKernelApp.extensions={tracing.EXTENSION}"],
                    # others on this machine cannot listen to the kernel, and it does not warn
                    # of them
                    config=Config({"KernelManager": {"transport_encryption": "auto"}}),
                    **manager_class(),
                )
        except Exception as error:
            stopped = isinstance(error, PapermillExecutionError)
            raise ChapterError(
                _what_happened(error, limits) if not stopped else
                f"stopped in cell {error.cell_index}: {error.ename}: {error.evalue}",
                _plain(under_way[0]) if under_way else None,
                repeatable=stopped and error.ename not in OF_THE_MACHINE,
            ) from error
        return Executed(
            _plain(under_way[0]), time.perf_counter() - start, frozenset(tracing.read_trace(trace))
        )


def _what_happened(error: Exception, limits: Limits) -> str:
    name = type(error).__name__
    if name == "CellTimeoutError":
        return f"took more than {limits.cell_seconds} seconds for one cell and was ended."
    if name == "DeadKernelError":
        return "could not be run to its end: DeadKernelError: the kernel died."
    said = str(error).strip() or "no reason given"
    return f"could not be run to its end: {name}: {said}"


def _engine(papermill, under_way: list) -> str:
    """Return the name of papermill's engine, made to put the notebook under way into a list:
    what had been run of one that does not end is not lost.
    """

    class Shown(papermill.engines.NBClientEngine):
        @classmethod
        def execute_notebook(cls, nb, *arguments, **options):
            under_way.append(nb)
            return super().execute_notebook(nb, *arguments, **options)

    papermill.engines.papermill_engines.register("shown", Shown)
    return "shown"


def _plain(notebook) -> dict:
    """Return a copy as plain data, without times and paths: the same input, the same bytes."""
    notebook = json.loads(json.dumps(notebook))
    notebook["metadata"].pop("papermill", None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("papermill", None)
        cell["metadata"].pop("execution", None)
        if "outputs" in cell:
            cell["outputs"] = _joined(cell["outputs"])
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = "injected-parameters"
    return notebook


def _joined(outputs: list[dict]) -> list[dict]:
    """Return outputs with text that was printed in a row as one: a kernel sends it on by the
    clock, so that a busy machine cuts it anywhere. nbclient's own way to join would move text
    from behind a figure to before it.
    """
    joined: list[dict] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def import_papermill():
    """Import papermill without a grammar of web addresses that takes a second to build."""
    name = "rfc3987_syntax"
    hidden = name not in sys.modules
    if hidden:
        sys.modules[name] = None  # to the importing library it is not installed
    try:
        import papermill
    finally:
        if hidden:
            del sys.modules[name]
    return papermill


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    try:
        scratch = tempfile.TemporaryDirectory(prefix="secondline-", ignore_cleanup_errors=True)
    except OSError as error:
        raise InputError(f"No temporary folder can be made: {error.strerror}.") from error
    with scratch as folder:
        yield Path(folder)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
