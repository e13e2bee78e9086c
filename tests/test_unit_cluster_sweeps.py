"""Sweeps on a dask cluster: the same table as a local run, whatever happens to its workers.

Scheduler and workers are processes of their own, reached over TCP, in a folder that is no
checkout; their library is a copy.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, load_script
from pandas.testing import assert_frame_equal

from secondline.chapters import cluster_sweeping
from secondline.chapters.cluster_sweeping import make_offer, run_on_cluster
from secondline.chapters.project import Project
from secondline.chapters.running import Limits
from secondline.chapters.sweep_table import sweep_table
from secondline.chapters.sweeping import run_here, run_variants
from secondline.cluster import ClusterLost
from secondline.errors import InputError

GIGABYTE = 10**9
# from a kernel up: the process that forked it, the one that runs papermill, the worker
ABOVE = (
    "    pid = os.getppid()\n"
    "    for _ in range(2):\n"
    "        pid = int(open(f'/proc/{pid}/stat').read().split()[3])\n"
)
PATIENCE = 60  # seconds until a test gives up


class Cluster:
    """A scheduler and workers, started in a folder of their own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.site = folder / "site"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src/secondline", self.site / "secondline", ignore=ignored)
        self._running = []
        told = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told)
        )
        wait_until(told.is_file)
        self.address = json.loads(told.read_text())["address"]

    def _start(self, what: str, *arguments: str, site: Path | None = None):
        # a worker that a variant kills is blamed on it at the second time
        variables = {
            "PYTHONPATH": str(site or self.site),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "SECONDLINE_ROOT": "",
        }
        with (self.folder / "log.txt").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *arguments],
                cwd=self.folder, env=os.environ | variables, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._running.append(process)
        return process

    def worker(self, *arguments: str, threads: int = 1, site: Path | None = None):
        """Start a worker, with a nanny that starts it again when it is killed."""
        return self._start(
            "worker", self.address, "--nthreads", str(threads), "--memory-limit", str(2 * GIGABYTE),
            "--local-directory", str(self.folder / "scratch"), *arguments, site=site,
        )  # fmt: skip

    def client(self):
        from distributed import Client

        return Client(self.address, set_as_default=False)

    def close(self) -> None:
        for process in reversed(self._running):
            process.terminate()
        for process in reversed(self._running):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_until(true) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    found.worker(threads=1)
    found.worker(threads=2)
    with found.client() as client:
        client.wait_for_workers(2, timeout=PATIENCE)
    yield found
    found.close()


@pytest.fixture
def empty(tmp_path_factory):
    """A scheduler without workers."""
    found = Cluster(tmp_path_factory.mktemp("empty"))
    yield found
    found.close()


def there(root, requests, address, **options):
    """Run variants on a cluster."""
    project = Project(root)
    execute = partial(
        run_on_cluster, project=project, address=address,
        limits=Limits(options.pop("seconds", 60), options.pop("memory", None)),
    )  # fmt: skip
    return run_variants(requests, project, root / "failures.json", execute, **options)


def numbers(root, ns):
    project = Project(root)
    return tuple(project.request("part/one", {"n": n}) for n in ns)


def sent_by(monkeypatch) -> list[tuple[str, str]]:
    """Return the list into which each file that is sent is written, with its worker."""
    from distributed import Client

    sent, run = [], Client.run

    def noted(client, function, *arguments, **options):
        if function is cluster_sweeping.receive:
            sent.extend((worker, sha) for worker in options["workers"] for sha in arguments[0])
        return run(client, function, *arguments, **options)

    monkeypatch.setattr(Client, "run", noted)
    return sent


# ---- the same as a local run


def test_the_same_table_notebooks_and_manifests_as_here(made, cluster, tmp_path, monkeypatch):
    """Two chapters in two folders, files read by whole and by relative paths, own files."""
    root = made(
        "import os\nimport pandas as pd\n"
        "from secondline.paths import project_root\n"
        "record(n=n, share=n / 7, missing=float('nan'), folder=os.path.basename(os.getcwd()),\n"
        "       relative=open('../../data/b.csv').read(), names=sorted(os.listdir('../../data')),\n"
        "       rows=0 if not file else len(pd.read_csv(file)), own=file, root=str(project_root()),\n"
        "       deep=(project_root() / 'data/deep/a.csv').read_text())\n"
        "print(file, os.getcwd())"
    )
    monkeypatch.setenv("SECONDLINE_ROOT", str(root))
    (root / "book/other").mkdir()
    shutil.copy(root / "book/part/one.ipynb", root / "book/other/two.ipynb")
    own = tmp_path / "my own folder/é table.csv"
    own.parent.mkdir()
    own.write_text("a\n1\n2\n")
    project = Project(root)
    given = ({"n": 1}, {"n": 2, "file": str(own)}, {"n": 3})
    requests = tuple(project.request(c, g) for g in given for c in ("part/one", "other/two"))
    local = run_variants(
        requests, project, root / "f.json", partial(run_here, root=root, workers=2, limits=Limits())
    )
    keys = [project.key(request) for request in requests]
    kept = [project.look_up(key) for key in keys]
    shutil.rmtree(project.store.folder)
    far = there(root, requests, cluster.address)
    tables = [sweep_table(outcomes, ("n", "file")).drop(columns="seconds") for outcomes in (local, far)]
    assert (tables[0]["status"] == "ok").all(), tables[0]["error"].tolist()
    assert_frame_equal(*tables)
    assert tables[0]["folder"].tolist() == ["part", "other"] * 3
    assert tables[0]["rows"].tolist() == [0, 0, 2, 2, 0, 0]
    for key, was in zip(keys, kept, strict=True):
        entry = project.look_up(key)
        assert entry.notebook == was.notebook
        of_the_moment = dict.fromkeys(("started", "seconds"))
        assert entry.manifest | of_the_moment == was.manifest | of_the_moment
        assert {"data/b.csv", "data/deep/a.csv"} <= set(entry.manifest["data"])
        assert list(entry.manifest["folders"]) == ["data"]
    # and nothing runs again, neither here nor there
    for execute in (partial(run_here, root=root, workers=1, limits=Limits()), None):
        known = [] if execute else there(root, requests, "tcp://127.0.0.1:9")
        known = known or run_variants(requests, project, root / "f.json", execute)
        assert [o.seconds for o in known] == [o.seconds for o in far]


def test_each_file_travels_once_to_a_worker(made, cluster, monkeypatch):
    root = made("record(n=n, b=open('../../data/b.csv').read())")
    (root / "data/b.csv").write_text(f"only here {time.time_ns()}")
    sent = sent_by(monkeypatch)
    there(root, numbers(root, [1]), cluster.address)
    files = {sha for sha in make_offer(Project(root), numbers(root, [1])).files.values() if sha}
    assert len(sent) == len(set(sent))
    # what both have is not sent; a.csv is of an earlier test, the file above of none
    assert {sha for _, sha in sent} <= files
    sent.clear()
    found = there(root, numbers(root, range(1, 4)), cluster.address, force=True)
    assert sent == [] and {o.results["b"] for o in found} == {(root / "data/b.csv").read_text()}
    (root / "data/b.csv").write_text(f"new {time.time_ns()}")
    found = there(root, numbers(root, range(1, 4)), cluster.address)
    assert len({worker for worker, _ in sent}) == len(sent) == 2
    assert {o.results["b"] for o in found} == {(root / "data/b.csv").read_text()}


def test_a_chapter_of_the_book_by_the_command(cluster, tmp_path, capsys):
    command = load_script("scripts/sweep.py").main
    file = tmp_path / "two.yml"
    file.write_text(
        "title: Two\nchapter: bispecifics/pooled-response\nlist: [{outcome: CR, ci: hksj}]\n"
    )
    arguments = [str(file), "--force", "--notebooks", "-o"]
    assert command([*arguments, str(tmp_path / "there"), "--scheduler", cluster.address]) == 0
    assert command([*arguments, str(tmp_path / "here")]) == 0
    far, near = (pd.read_csv(tmp_path / f"{place}/two.csv") for place in ("there", "here"))
    assert near["status"].tolist() == ["ok"]
    assert_frame_equal(far.drop(columns="seconds"), near.drop(columns="seconds"), check_exact=True)
    path = "notebooks/00001-bispecifics-pooled-response.ipynb"
    assert (tmp_path / "there" / path).read_bytes() == (tmp_path / "here" / path).read_bytes()


# ---- failures of variants


def test_failures_are_rows_and_limits_hold(made, cluster):
    root = made(
        "import os, resource, time\n"
        "if n == 2: 1 / 0\n"
        "if n == 3: os._exit(1)\n"
        "if n == 4: time.sleep(60)\n"
        "if n == 5: bytearray(17 * 10**8)\n"
        "if n == 6: import no_such_module\n"
        "if n == 7: os.kill(runner(), 9)\n"
        "record(limit=resource.getrlimit(resource.RLIMIT_DATA)[0])".replace(
            "runner()", "int(open(f'/proc/{os.getppid()}/stat').read().split()[3])"
        )
    )
    found = there(root, numbers(root, range(1, 9)), cluster.address, seconds=9)
    assert [o.status for o in found] == ["ok", *["failed"] * 6, "ok"]
    # a kernel's share of its worker's memory, which has one thread or two
    assert {found[0].results["limit"], found[7].results["limit"]} <= {1.6 * GIGABYTE, 0.8 * GIGABYTE}
    said = [outcome.error for outcome in found]
    assert "part/one stopped in cell 2: ZeroDivisionError" in said[1]
    assert "the kernel died" in said[2]
    assert "took more than 9 seconds for one cell" in said[3]
    assert "MemoryError" in said[4]
    assert "ModuleNotFoundError" in said[5]
    assert "ended from outside" in said[6]
    # only what would fail again wherever it runs
    assert [o.repeatable for o in found[1:7]] == [True, False, False, False, False, False]
    found = there(root, numbers(root, [1]), cluster.address, force=True, memory=GIGABYTE)
    assert found[0].results["limit"] == GIGABYTE


def test_a_killed_worker_costs_no_variant(made, cluster, tmp_path):
    root = made(
        "import os, time\n"
        f"with open('{tmp_path}/ran.txt', 'a') as file: file.write(f'{{n}} {{os.getpid()}}\\n')\n"
        f"if n == 2 and not os.path.exists('{tmp_path}/worker'):\n"
        + ABOVE
        + f"    with open('{tmp_path}/new', 'w') as file: file.write(str(pid))\n"
        f"    os.rename('{tmp_path}/new', '{tmp_path}/worker')\n"
        "    time.sleep(600)\n"
        "record(n=n)"
    )
    with cluster.client() as client:
        workers = {pid: worker for worker, pid in client.run(os.getpid).items()}

    def kill():
        wait_until((tmp_path / "worker").is_file)
        os.kill(int((tmp_path / "worker").read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    told = []
    found = there(
        root, numbers(root, range(1, 8)), cluster.address, seconds=600, tell=lambda k, _: told.append(k)
    )
    killer.join()
    assert [o.status for o in found] == ["ok"] * 7, [o.error for o in found]
    assert sorted(told) == list(range(7)) and [o.results["n"] for o in found] == list(range(1, 8))
    # it had something under way, which ran again elsewhere; nothing else did
    ran = [tuple(map(int, line.split())) for line in (tmp_path / "ran.txt").read_text().splitlines()]
    counts = pd.Series([n for n, _ in ran]).value_counts()
    assert counts[2] == 2 and (counts - 1).sum() <= 2
    # the kernels of the dead worker have gone, too
    wait_until(lambda: all(gone(pid) for _, pid in ran))
    with cluster.client() as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        assert workers[int((tmp_path / "worker").read_text())] not in client.nthreads()


def test_a_variant_that_kills_its_workers_fails_alone(made, cluster):
    root = made(
        "import os, time\n"
        "if n == 2:\n" + ABOVE + "    os.kill(pid, 9)\n"
        "    time.sleep(30)\n"
        "record(n=n)"
    )
    found = there(root, numbers(root, range(1, 6)), cluster.address)
    assert [o.status for o in found] == ["ok", "failed", "ok", "ok", "ok"], [o.error for o in found]
    assert "KilledWorker" in found[1].error and not found[1].repeatable
    with cluster.client() as client:
        client.wait_for_workers(2, timeout=PATIENCE)


def test_what_nobody_waits_for_ends(made, cluster, tmp_path):
    """A sweep that is stopped leaves the workers free."""
    root = made(
        "import os, time\n"
        "if n == 1:\n"
        f"    with open('{tmp_path}/new', 'w') as file: file.write(str(os.getpid()))\n"
        f"    os.rename('{tmp_path}/new', '{tmp_path}/kernel')\n    time.sleep(600)\n"
        f"while not os.path.exists('{tmp_path}/kernel'): time.sleep(0.1)"
    )
    requests = dict(enumerate(numbers(root, [1, 2])))
    ends = run_on_cluster(requests, Project(root), cluster.address, Limits())
    assert next(ends)[0] == 1
    ends.close()
    wait_until(lambda: gone(int((tmp_path / "kernel").read_text())))


# ---- workers that are not the same


def test_a_worker_that_differs_is_refused(made, cluster, monkeypatch):
    root = made("record(n=n)")
    requests = numbers(root, [1])

    def refused(match):
        with pytest.raises(InputError, match=match):
            there(root, requests, cluster.address)
        assert Project(root).look_up(Project(root).key(requests[0])) is None

    with monkeypatch.context() as patch:
        patch.setattr("platform.python_version", lambda: "3.99.1")
        refused(r"The worker tcp://127.0.0.1:\d+ has Python 3\.\d+\.\d+, and not 3.99.1")
    versions = Project(root).versions
    for other, match in (
        ({"numpy": "0.1"}, r"The worker tcp://\S+ has other packages: numpy [\d.]+, and not 0.1. Install"),
        ({"distributed": "0.1"}, "distributed [\\d.]+, and not 0.1"),
        ({"numpy": "0.1", "scipy": "0.1", "pandas": "0.1", "pyyaml": "0.1"}, "; and 1 more"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(Project, "versions", versions | other)
            refused(match)
    with monkeypatch.context() as patch:
        # of the reader's own, and of no use to chapters: a worker need not have it
        patch.setattr(Project, "versions", versions | {"plotting_extras": "1", "pip": "0.1"})
        assert there(root, requests, cluster.address)[0].status == "ok"
        patch.setattr(cluster_sweeping, "_needed", lambda _: frozenset({"plotting-extras"}))
        patch.setattr(Project, "look_up", lambda *_: None)
        refused("plotting-extras is missing, and not 1")
    module = root / "src/secondline/chapters/recording.py"
    module.write_text(module.read_text() + "\n# another version\n")
    refused("has another version of the library: secondline.chapters.recording. Install")


def test_a_worker_that_comes_later_is_looked_at_too(made, cluster, tmp_path):
    """One with another library joins while the sweep runs."""
    root = made("import time; time.sleep(0.5); record(n=n)")
    odd = tmp_path / "odd"
    shutil.copytree(cluster.site, odd)
    with (odd / "secondline/chapters/recording.py").open("a") as file:
        file.write("\n# another version\n")
    project, seen = Project(root), []

    def requests():
        for k in range(1000):
            yield k, numbers(root, [1 + k % 9])[0]

    process = cluster.worker("--no-nanny", site=odd)
    try:
        with pytest.raises(InputError, match="has another version of the library"):
            for k, outcome in run_on_cluster(
                dict(requests()), project, cluster.address, Limits(60)
            ):
                seen.append(outcome.status)
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert set(seen) <= {"ok"}


def test_a_worker_without_the_library_is_refused(made, cluster, tmp_path):
    root = made("record(n=n)")
    (tmp_path / "none/secondline").mkdir(parents=True)
    (tmp_path / "none/secondline/__init__.py").write_text("")
    process = cluster.worker("--no-nanny", site=tmp_path / "none")
    try:
        with cluster.client() as client:
            client.wait_for_workers(3, timeout=PATIENCE)
        with pytest.raises(InputError, match=r"The worker tcp://\S+ has no such library \(ModuleNotFound"):
            there(root, numbers(root, [1]), cluster.address)
    finally:
        process.terminate()
        process.wait(PATIENCE)


# ---- clusters that are not there


def test_no_worker_and_a_scheduler_that_goes(made, empty, monkeypatch):
    root = made("import time; time.sleep(1 if n < 4 else 60); record(n=n)")
    requests = numbers(root, range(1, 9))
    with monkeypatch.context() as patch:
        patch.setattr(cluster_sweeping, "PATIENCE", 1)
        with pytest.raises(ClusterLost, match="has had no worker for 1 seconds; start one with: dask"):
            there(root, requests, empty.address)
    monkeypatch.setattr("secondline.cluster.CONNECT_SECONDS", 2)
    empty.worker(threads=3)
    told = []

    def tell(k, outcome):
        told.append(outcome.status)
        if len(told) == 3:
            os.kill(empty.scheduler.pid, signal.SIGKILL)

    with pytest.raises(ClusterLost, match=f"The scheduler {empty.address} does not answer any more"):
        there(root, requests, empty.address, tell=tell)
    project = Project(root)
    assert told == ["ok"] * 3
    assert sum(project.look_up(project.key(request)) is not None for request in requests) == 3


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:8786", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:99999", "tcp://a b:1", "nowhere"]
)  # fmt: skip
def test_the_command_refuses_an_address_before_all_else(address, tmp_path, capsys):
    command = load_script("scripts/sweep.py").main
    assert command([str(tmp_path / "none.yml"), "--scheduler", address]) == 2
    assert f"No dask scheduler answers at {address!r}" in capsys.readouterr().err


def test_the_command_tells_what_is_missing(tmp_path, capsys, monkeypatch):
    module = load_script("scripts/sweep.py")
    file = tmp_path / "some.yml"
    file.write_text(
        f"title: Some\nchapter: audit/claims\nsame: {{errors: 2, rounds: 1}}\n"
        f"grid: {{seed: [{time.time_ns() % 900_000}]}}\n"
    )
    arguments = [str(file), "-o", str(tmp_path / "out"), "--scheduler", "tcp://127.0.0.1:9"]
    monkeypatch.setattr("secondline.cluster.CONNECT_SECONDS", 1)
    assert module.main(arguments) == 2
    assert "No dask scheduler answers at 'tcp://127.0.0.1:9'" in capsys.readouterr().err
    assert module.main([*arguments, "--workers", "2"]) == 2
    assert "--workers is for this computer" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "distributed", None)
        assert module.main(arguments) == 2
        assert "pip install distributed" in capsys.readouterr().err

    def lost(requests, **_):
        raise ClusterLost("The scheduler has gone.")
        yield

    monkeypatch.setattr(cluster_sweeping, "run_on_cluster", lost)
    assert module.main(arguments) == 2
    assert "gone.\n0 of 1 variants are finished and kept" in capsys.readouterr().err


def test_stopped_by_ctrl_c_it_goes_on_here(cluster, tmp_path):
    """What is finished is kept, and not run again."""
    seeds = [time.time_ns() % 900_000 + k for k in range(5)]
    file = tmp_path / "long.yml"
    file.write_text(
        f"title: Long\nchapter: audit/claims\nsame: {{errors: 2, rounds: 1}}\ngrid: {{seed: {seeds}}}\n"
    )
    script = [sys.executable, str(ROOT / "scripts/sweep.py"), str(file), "-o", str(tmp_path / "out")]
    project = Project(ROOT)
    keys = [project.key(project.request("audit/claims", {"errors": 2, "rounds": 1, "seed": s})) for s in seeds]
    first = subprocess.Popen(
        [*script, "--scheduler", cluster.address], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    wait_until(lambda: first.poll() is not None or any(project.look_up(key) for key in keys))
    first.send_signal(signal.SIGINT)
    told = first.communicate(timeout=PATIENCE)[1]
    assert first.returncode == 130, told
    assert "Stopped. What is finished is kept" in told and "Traceback" not in told
    entries = [project.look_up(key) for key in keys]
    assert 0 < sum(e is not None for e in entries) < len(keys)
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (pd.read_csv(tmp_path / "out/long.csv")["status"] == "ok").all()
    for key, entry in zip(keys, entries, strict=True):
        if entry is not None:
            assert project.look_up(key).manifest["started"] == entry.manifest["started"]
