"""Kernels that start at once: forked from a process that has imported the libraries.

Every notebook still gets a process of its own. Where the system cannot do it (it needs
Linux), papermill starts kernels as it always does, with the same result.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

COLD_VARIABLE = "SECONDLINE_COLD_KERNELS"
START_PATIENCE = 60  # seconds for the libraries to be imported
_running: list = []


def start_with(modules) -> str | None:
    """Start this process's zygote with modules of the project imported, too.

    For many runs of sources that do not change meanwhile; the caller makes sure of that.

    Parameters
    ----------
    modules : iterable of str

    Returns
    -------
    str or None
        Where other processes can have kernels forked, for `use`; None where none can be.
    """
    if not _can_fork():
        return None
    close()
    try:
        zygote = Zygote(tuple(modules))
    except OSError:
        return None
    _running.append(zygote)
    zygote.wait_until_ready()
    return zygote.address


def use(address: str | None) -> None:
    """Have this process's kernels forked by the zygote of another one.

    Parameters
    ----------
    address : str or None
        As `start_with` returned it there. Once nothing answers, this process starts its own.
    """
    if address and _can_fork():
        close()
        _running.append(Neighbour(address))


def manager_class():
    """Return the kernel manager that papermill should use, as a keyword of its engine.

    Returns
    -------
    dict
        ``{"kernel_manager_class": ...}``; empty where kernels cannot be forked, or where the
        environment has ``SECONDLINE_COLD_KERNELS``.
    """
    if not _can_fork() or _zygote() is None:
        return {}
    return {"kernel_manager_class": WarmKernelManager}


def _can_fork() -> bool:
    able = hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")
    return able and not os.environ.get(COLD_VARIABLE)


class WarmKernelClient(AsyncKernelClient):
    """A client that is ready as soon as its kernel is.

    The usual one then waits a fifth of a second for stray messages; nbclient passes over them.
    """

    async def wait_for_ready(self, timeout=None):
        """Wait until the kernel answers on both of its channels."""
        end = time.monotonic() + (timeout or START_PATIENCE)
        while time.monotonic() < end:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)
                    self._handle_kernel_info_reply(reply)
                    return
            except Empty:
                pass
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError("Kernel did not answer in time")


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels are forked."""

    def client(self, **kwargs):
        """Return a client of the kernel."""
        self.client_factory = WarmKernelClient
        return super().client(**kwargs)

    async def _async_pre_start_kernel(self, **kw):
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or kw.pop("kernel_id", os.urandom(16).hex())
            self.provisioner = ForkProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kw)


class ForkProvisioner(LocalProvisioner):
    """Has a kernel forked instead of starting a new Python."""

    async def launch_kernel(self, cmd, **kwargs):
        """Start the kernel; ``cmd`` is ``python -m ipykernel_launcher`` and its arguments."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        # as jupyter_client tells a kernel who has started it
        env = dict(kwargs.get("env") or os.environ, JPY_PARENT_PID=str(os.getpid()))
        self.process = _zygote().fork(arguments, env, kwargs.get("cwd") or os.getcwd())
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class ForkedProcess:
    """A forked kernel, with what jupyter_client asks of a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int):
        self._connection = connection
        self.pid = pid
        self.returncode = None

    def poll(self):
        """Return the exit code, None while the kernel runs."""
        return self._look(0.0)

    def wait(self, timeout=None):
        """Wait for the kernel's end and return its exit code."""
        if self._look(timeout) is None:
            raise subprocess.TimeoutExpired("kernel", timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the kernel has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout):
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                told = self._connection.recv(16).decode().strip()
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:
                told = ""
            # without a word the zygote has gone, and its kernels with it
            self.returncode = int(told) if told else -signal.SIGKILL
            self._connection.close()
        return self.returncode


class Zygote:
    """The process from which kernels are forked; it ends with the one that started it.

    Parameters
    ----------
    modules : tuple of str
        To be imported beside the scientific libraries.
    """

    def __init__(self, modules: tuple[str, ...] = ()):
        self.owner = os.getpid()
        self._folder = Path(tempfile.mkdtemp(prefix="secondline-"))
        self.address = str(self._folder / "socket")
        script = Path(__file__).with_name("zygote.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), self.address, *modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            # a Ctrl+C at the terminal is for the owner
            start_new_session=True,
        )  # fmt: skip
        self._ready = False

    def wait_until_ready(self) -> None:
        """Wait until all is imported."""
        if not self._ready:
            self._ready = self._process.stdout.readline() == b"ready\n"

    def fork(self, arguments, env, cwd) -> ForkedProcess:
        """Have a kernel forked.

        Raises
        ------
        OSError
            If the zygote has gone.
        """
        self.wait_until_ready()
        return _forked(self.address, arguments, env, cwd)

    @property
    def alive(self) -> bool:
        """Whether the process runs and belongs to this one."""
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the process and its kernels."""
        if self.owner != os.getpid():
            return
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class Neighbour:
    """The zygote of another process, which ends it.

    Parameters
    ----------
    address : str
        Of its socket.
    """

    def __init__(self, address: str):
        self.address = address
        self.owner = os.getpid()

    def fork(self, arguments, env, cwd) -> ForkedProcess:
        """Have a kernel forked; it ends with this process."""
        return _forked(self.address, arguments, env, cwd)

    @property
    def alive(self) -> bool:
        """Whether somebody answers there, and this is the process that was told of it."""
        with socket.socket(socket.AF_UNIX) as connection:
            return self.owner == os.getpid() and connection.connect_ex(self.address) == 0

    def close(self) -> None:
        """Leave it to its owner."""


def _forked(address: str, arguments, env, cwd) -> ForkedProcess:
    """Have a kernel forked by the zygote that listens there."""
    request = {"arguments": list(arguments), "env": dict(env), "cwd": str(cwd)}
    body = json.dumps(request).encode()
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(START_PATIENCE)
        connection.connect(address)
        socket.send_fds(connection, [len(body).to_bytes(4, "big")], [1, 2])
        connection.sendall(body)
        told = b""
        while not told.endswith(b"\n"):
            more = connection.recv(1)
            if not more:
                raise ConnectionError("No kernel could be forked.")
            told += more
    except BaseException:
        connection.close()
        raise
    return ForkedProcess(connection, int(told))


def _zygote() -> Zygote | Neighbour | None:
    """Return this process's zygote, started if need be; None where it cannot be."""
    if not _running or not _running[-1].alive:
        # without the project's modules: they may have changed since
        close()
        try:
            _running.append(Zygote())
        except OSError:
            return None
    return _running[-1]


@atexit.register
def close() -> None:
    """End this process's zygote, if there is one."""
    for zygote in _running:
        zygote.close()
    _running.clear()
