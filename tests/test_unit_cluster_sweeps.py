"""Sweeps on a dask cluster: the same table as a local run, whatever happens to its workers."""

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
from clusters import GIGABYTE, PATIENCE, cluster, numbers, there, wait_until
from conftest import ROOT, load_script
from pandas.testing import assert_frame_equal

from secondline.chapters import cluster_sweeping
from secondline.chapters.cluster_sweeping import make_offer, run_on_cluster
from secondline.chapters.project import Project
from secondline.chapters.running import Limits
from secondline.chapters.sweep_table import sweep_table
from secondline.chapters.sweeping import run_here, run_variants

__all__ = ["cluster"]  # a fixture
# from a kernel up: the process that forked it, the one that runs papermill, the worker
ABOVE = (
    "    pid = os.getppid()\n"
    "    for _ in range(2):\n"
    "        pid = int(open(f'/proc/{pid}/stat').read().split()[3])\n"
)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


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


# ---- stopped


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
