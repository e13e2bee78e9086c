"""A dask cluster for tests: scheduler and workers are processes of their own, reached over TCP,
in a folder that is no checkout; their library is a copy.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT

from secondline.chapters.cluster_sweeping import run_on_cluster
from secondline.chapters.project import Project
from secondline.chapters.running import Limits
from secondline.chapters.sweeping import run_variants

GIGABYTE = 10**9
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
