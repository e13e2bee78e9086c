"""Sweeps on a dask cluster that is not as it must be: a sentence, and nothing is lost."""

import os
import shutil
import signal
import sys
import time

import pytest
from clusters import PATIENCE, cluster, empty, numbers, there
from conftest import load_script

from secondline.chapters import cluster_sweeping
from secondline.chapters.cluster_sweeping import run_on_cluster
from secondline.chapters.project import Project
from secondline.chapters.running import Limits
from secondline.cluster import ClusterLost
from secondline.errors import InputError

__all__ = ["cluster", "empty"]  # fixtures


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
