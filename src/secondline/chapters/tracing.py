"""What a kernel opens, written down: an IPython extension that papermill's kernels load.

It also sets the limit of a kernel's memory. Both are asked for by environment variables.
Files that are opened by other programs, or by C code of its own, are not seen.
"""

import json
import os
import sys

TRACE = "SECONDLINE_TRACE"  # path of the list that is written
FOLDERS = "SECONDLINE_TRACE_FOLDERS"  # JSON list: only what lies in these folders is written
MEMORY = "SECONDLINE_KERNEL_MEMORY"  # bytes
EXTENSION = __name__
OPENED, LISTED = "file", "folder"
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def load_ipython_extension(shell) -> None:
    """Begin, in a kernel that is starting."""
    memory = os.environ.pop(MEMORY, "")
    if memory:
        limit_memory(int(memory))
    target = os.environ.pop(TRACE, "")
    folders = json.loads(os.environ.pop(FOLDERS, "[]"))
    if target:
        trace(target, folders)


def limit_memory(size: int) -> None:
    """Let Python raise a MemoryError where it would take more than ``size`` bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # data, and not addresses: libraries reserve many that they never use
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def trace(target: str, folders: list[str]) -> None:
    """Append each file that is opened for reading and each folder that is listed, once."""
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    starts = tuple(os.path.join(folder, "") for folder in folders)
    seen = set()

    def hook(event, arguments):
        if event == "open":
            path, _, flags = arguments
            kind = OPENED
            if isinstance(flags, int) and flags & _WRITES:
                return
        elif event in ("os.listdir", "os.scandir"):
            path, kind = arguments[0] or ".", LISTED
        else:
            return
        try:
            path = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError, OSError):
            return  # a descriptor
        if (kind, path) in seen or not (path + os.sep).startswith(starts):
            return
        seen.add((kind, path))
        # at once: a kernel is ended without a farewell
        os.write(number, (json.dumps([kind, path]) + "\n").encode())

    sys.addaudithook(hook)


def read_trace(path) -> set[tuple[str, str]]:
    """Return what a list holds, as pairs of kind and path."""
    try:
        with open(path, encoding="utf-8") as file:
            return {tuple(json.loads(line)) for line in file}
    except FileNotFoundError:
        return set()
