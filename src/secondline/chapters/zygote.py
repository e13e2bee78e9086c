"""A process that has imported the scientific libraries, and forks kernels from itself.

Run as a script. It imports nothing of this project but the modules that it is told to, so
that no kernel gets an old version of it unawares, and computes nothing: a library that has
started threads before a fork can lock up every child.
"""

import sys

if __name__ == "__main__":
    del sys.path[0]  # the folder of this script, which is none of the kernels' business

import builtins  # noqa: E402
import gc  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import selectors  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import traceback  # noqa: E402
from types import SimpleNamespace  # noqa: E402

PRELOAD = (
    "numpy", "numpy.random", "pandas", "yaml", "matplotlib.figure", "matplotlib.gridspec",
    "matplotlib.backends.backend_svg", "matplotlib.backends.backend_agg", "matplotlib.pyplot",
    "scipy.cluster.hierarchy", "scipy.integrate", "scipy.interpolate", "scipy.optimize",
    "scipy.spatial", "scipy.special", "scipy.stats", "pandera.pandas", "lifelines",
    "statsmodels.api", "sklearn.decomposition", "ipykernel.kernelapp", "ipykernel.ipkernel",
)  # fmt: skip
LENGTH = 4  # bytes that say how long a request is
PATIENCE = 10  # seconds for a request to come in whole


def main(path: str, *modules: str) -> None:
    preload(modules)
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen()
        selector.register(listener, selectors.EVENT_READ, "request")
        # the owner holds the other end; when it goes, however it goes, this ends
        selector.register(0, selectors.EVENT_READ, "owner")
        print("ready", flush=True)
        serve(listener, selector)


def preload(modules) -> None:
    """Import what notebooks need, as it would be in a kernel."""
    # pandas looks at import time whether it is in a kernel
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for name in (*PRELOAD, *modules):
        try:
            importlib.import_module(name)
        except Exception:
            continue  # a kernel that needs it will say so
    registry = sys.modules.get("matplotlib.backends.registry")
    if registry:
        # every kernel would read the entry points of all that is installed
        registry.backend_registry.list_all()
    del builtins.get_ipython
    gc.collect()
    gc.freeze()


def serve(listener, selector) -> None:
    kernels = {}
    while True:
        for key, _ in selector.select():
            if key.data == "owner":
                for pid in kernels:
                    kill(pid)
                return
            if key.data == "request":
                connection, _ = listener.accept()
                pid = start(connection, listener, selector)
                if pid:
                    handle = os.pidfd_open(pid)
                    kernels[pid] = (connection, handle)
                    selector.register(handle, selectors.EVENT_READ, pid)
                    selector.register(connection, selectors.EVENT_READ, pid)
                continue
            pid = key.data
            if pid not in kernels:
                continue
            connection, handle = kernels[pid]
            if key.fileobj is connection:
                # a client says nothing more: it has gone, and its kernel goes, too
                kill(pid)
                selector.unregister(connection)
                continue
            _, status = os.waitpid(pid, 0)
            kill(pid)  # whatever the kernel has started
            del kernels[pid]
            selector.unregister(handle)
            os.close(handle)
            if connection.fileno() in selector.get_map():
                selector.unregister(connection)
            try:
                connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            except OSError:
                pass  # nobody waits for it
            connection.close()


def start(connection, listener, selector) -> int:
    """Fork a kernel for a request, tell its number, and return it; 0 if the request was cut."""
    connection.settimeout(PATIENCE)
    try:
        head, streams, _, _ = socket.recv_fds(connection, LENGTH, 2)
        length = int.from_bytes(head, "big")
        body = b""
        while len(body) < length and (more := connection.recv(length - len(body))):
            body += more
        request = json.loads(body)
    except (OSError, ValueError):
        connection.close()
        return 0
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            selector.close()
            listener.close()
            connection.close()
            status = become_kernel(request, streams)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    for stream in streams:
        os.close(stream)
    try:
        connection.sendall(f"{pid}\n".encode())
        connection.settimeout(None)
    except OSError:
        pass  # its end is noticed by the loop
    return pid


def become_kernel(request: dict, streams) -> int:
    os.setsid()
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
        os.close(stream)
    zygote = os.getppid()
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = ["ipykernel_launcher", *request["arguments"]]
    # every fork has the same state of the global generators
    random.seed()
    sys.modules["numpy"].random.seed()
    from ipykernel.kernelapp import launch_new_instance

    try:
        launch_new_instance([*request["arguments"], f"--IPKernelApp.parent_handle={zygote}"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else bool(end.code)
    return 0


def kill(pid: int) -> None:
    """End a kernel and what it has started."""
    for end in (os.killpg, os.kill):
        try:
            end(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
