"""Forked kernels give what new ones give, share nothing, and leave nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import papermill
import pytest
from conftest import write_notebook
from papermill.exceptions import PapermillExecutionError

from secondline.chapters import warm

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="kernels are forked on Linux only"
)


def run(source: Path, *, forked: bool = True, **arguments) -> list:
    """Execute a notebook and return its cells' outputs."""
    target = source.with_suffix(".out.ipynb")
    papermill.execute_notebook(
        str(source), str(target), progress_bar=False, shutdown_kernel="immediate",
        **(warm.manager_class() if forked else {}), **arguments,
    )  # fmt: skip
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
    return [cell["outputs"] for cell in cells]


def told(outputs) -> str:
    return "".join("".join(output.get("text", "")) for output in outputs)


def gone(pid: int) -> bool:
    """Whether a process has ended within some seconds (or waits to be reaped)."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


CELLS = (
    "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "import pandas as pd\npd.DataFrame([range(30)] * 70)",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 4])\nplt.show()",
    "import os\nos.system('echo from a program')",
    "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
    "    print(pool.map(abs, [-1, 2]))",
    "import numpy as np\na = np.random.default_rng(1).normal(size=(300, 300))\n"
    "print(repr(np.linalg.eigvalsh(a @ a.T).sum()))",
    "sorted(name for name in globals() if not name.startswith('_'))",
    "get_ipython().history_manager.hist_file, __name__, plt.get_backend()",
)


def test_outputs_are_those_of_a_new_kernel(tmp_path):
    source = write_notebook(tmp_path / "n.ipynb", *CELLS)
    forked, new = run(source), run(source, forked=False)
    assert len(new) == len(CELLS)
    for a, b in zip(forked, new, strict=True):
        assert a == b


def test_kernels_share_nothing(tmp_path):
    source = write_notebook(
        tmp_path / "n.ipynb",
        "import builtins, os, random, sys, numpy\n"
        "print(getattr(builtins, 'left', 'clean'), 'secondline' in sys.modules)\n"
        "builtins.left = 'stained'",
        "print(random.random(), numpy.random.rand(), os.getpid())",
    )
    first, second = run(source), run(source)
    assert told(first[0]) == told(second[0]) == "clean False\n"
    for a, b in zip(told(first[1]).split(), told(second[1]).split(), strict=True):
        assert a != b


def test_folder_environment_and_changed_modules_are_those_of_the_run(tmp_path, monkeypatch):
    source = write_notebook(
        tmp_path / "n.ipynb",
        "import os, mine\nprint(os.getcwd(), os.environ.get('OF_THIS_RUN'), mine.VALUE)",
    )
    for value in (1, 2):
        folder = tmp_path / f"folder {value}"
        folder.mkdir()
        (folder / "mine.py").write_text(f"VALUE = {value}", encoding="utf-8")
        monkeypatch.setenv("OF_THIS_RUN", f"run {value}")
        assert told(run(source, cwd=str(folder))[0]) == f"{folder} run {value} {value}\n"


def test_an_error_in_a_cell_is_told_as_ever(tmp_path):
    source = write_notebook(tmp_path / "n.ipynb", "1 / 0")
    with pytest.raises(PapermillExecutionError, match="division by zero"):
        run(source)


def test_a_kernel_that_dies_takes_nobody_along(tmp_path):
    dying = write_notebook(tmp_path / "dying.ipynb", "import os\nos._exit(3)")
    with pytest.raises(RuntimeError, match="Kernel died"):
        run(dying)
    zygote = warm._zygote()
    assert told(run(write_notebook(tmp_path / "n.ipynb", "print(1)"))[0]) == "1\n"
    assert warm._zygote() is zygote


def test_exit_codes_and_signals_are_told(tmp_path):
    zygote = warm._zygote()
    for sent, code in ((signal.SIGKILL, -9), (signal.SIGTERM, -15)):
        kernel = zygote.fork(["-f", str(tmp_path / "k.json")], os.environ, tmp_path)
        with pytest.raises(subprocess.TimeoutExpired):
            kernel.wait(0.01)
        assert kernel.poll() is None
        kernel.send_signal(sent)
        assert kernel.wait(10) == kernel.poll() == code
        kernel.kill()  # of one that has ended: nothing happens
    # a number that is no flag ends the kernel's start
    kernel = zygote.fork(["--IPKernelApp.shell_port=none"], os.environ, tmp_path)
    assert kernel.wait(20) == 1


def test_a_client_that_goes_takes_its_kernel_along(tmp_path):
    kernel = warm._zygote().fork(["-f", str(tmp_path / "k.json")], os.environ, tmp_path)
    kernel._connection.close()
    assert gone(kernel.pid)


def test_a_killed_zygote_is_replaced(tmp_path):
    old = warm._zygote()
    kernel = old.fork(["-f", str(tmp_path / "k.json")], os.environ, tmp_path)
    old._process.kill()
    old._process.wait()
    assert kernel.wait(10) == -9
    assert gone(kernel.pid)
    assert told(run(write_notebook(tmp_path / "n.ipynb", "print(2)"))[0]) == "2\n"
    assert warm._zygote() is not old


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"])
def test_nothing_is_left_when_the_owner_ends(tmp_path, end):
    code = (
        "import os\nfrom secondline.chapters import warm\n"
        "zygote = warm._zygote()\n"
        f"kernel = zygote.fork(['-f', {str(tmp_path / 'k.json')!r}], os.environ, {str(tmp_path)!r})\n"
        f"print(zygote._process.pid, kernel.pid, zygote._folder, flush=True)\n{end}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    zygote, kernel, folder = done.stdout.split()
    assert gone(int(zygote))
    assert gone(int(kernel))
    assert bool(end) or not Path(folder).exists()


def test_only_the_owner_can_ask_for_kernels():
    folder = warm._zygote()._folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "socket").stat().st_mode & 0o777 == 0o600


def test_papermills_own_kernels_remain_at_hand(monkeypatch):
    monkeypatch.setenv("SECONDLINE_COLD_KERNELS", "1")
    assert warm.manager_class() == {}
    monkeypatch.delenv("SECONDLINE_COLD_KERNELS")
    monkeypatch.delattr(os, "pidfd_open")
    assert warm.manager_class() == {}


def test_modules_of_the_project_are_there_only_if_asked_for(tmp_path):
    source = write_notebook(
        tmp_path / "n.ipynb",
        "import sys; print(sorted(m for m in sys.modules if m.startswith('secondline.int')))",
    )
    assert told(run(source)[0]) == "[]\n"
    warm.start_with(["secondline.intervals", "no_such_module"])
    assert told(run(source)[0]) == "['secondline.intervals']\n"
    # a zygote that takes its place has not
    warm.close()
    assert told(run(source)[0]) == "[]\n"


def test_another_process_can_have_kernels_forked_until_the_owner_goes(tmp_path):
    address = warm.start_with(["secondline.intervals"])
    code = (
        "import os, sys; from pathlib import Path\n"
        "from secondline.chapters import warm\n"
        "warm.use(sys.argv[1])\n"
        "kernel = warm._zygote().fork(['-f', sys.argv[2]], os.environ, os.getcwd())\n"
        "print(warm._zygote().address, kernel.pid, flush=True)\n"
        "sys.stdin.readline()\n"
        "print(warm._zygote().address, kernel.wait(10))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, address, str(tmp_path / "k.json")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        used, kernel = other.stdout.readline().split()
        assert used == address
        os.kill(int(kernel), 0)
        warm.close()
        own, code = other.communicate("go on\n", timeout=60)[0].split()
    assert gone(int(kernel))
    # the other process has started one of its own
    assert own != address and code == "-9"


def test_importing_the_library_reads_no_data_and_starts_nothing():
    """What is imported before a fork must leave nothing behind."""
    code = (
        "import sys, threading\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
        "import importlib\n"
        "from secondline.chapters.imports import Library\n"
        "from secondline.paths import project_root\n"
        "root = project_root()\n"
        "for name in Library(root / 'src/secondline').files:\n"
        "    if name != 'secondline.chapters.zygote': importlib.import_module(name)\n"
        "names = [str(root / part) for part in ('data', 'seeds', 'book', 'tests')]\n"
        "print([p for p in opened if p.startswith(tuple(names))], threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] 1\n"
