#!/usr/bin/env python
"""Run many variants of chapters, and write one table of what they recorded.

    scripts/sweep.py sweeps/NAME.yml [-o FOLDER] [--workers N] [--notebooks]
    scripts/sweep.py sweeps/NAME.yml --scheduler tcp://HOST:PORT     on a dask cluster of yours

The table has one row a variant: parameters, recorded results, seconds, status. A variant that
fails is a row with its error. Stopped, by Ctrl+C or otherwise, the same command goes on: what
is finished is not run again, nor what would fail again (--retry does). How to write the file:
see the ready-made ones. Exit codes: 0 all variants done; 1 some failed, or the cluster was lost
after some were done; 2 the request cannot be met; 130 stopped by Ctrl+C.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from tqdm import tqdm

from secondline.chapters.building import sole_build
from secondline.chapters.notebooks import json_bytes, write_whole
from secondline.chapters.project import Project
from secondline.chapters.running import Limits
from secondline.chapters.sweep_table import sweep_table, write_for_the_book, write_table
from secondline.chapters.sweeping import FAILED, OK, machine_memory, run_here, run_variants
from secondline.chapters.sweeps import Sweep, read_sweep
from secondline.cluster import ClusterLost, check_address
from secondline.errors import InputError

ROOT = Path(__file__).resolve().parents[1]


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="such as sweeps/pooled-response.yml")
    parser.add_argument("-o", dest="folder", type=Path, metavar="FOLDER", help="for the results")
    parser.add_argument(
        "--workers", type=_count, metavar="N",
        help=f"processes at once on this computer ({os.cpu_count() or 1})",
    )  # fmt: skip
    parser.add_argument(
        "--scheduler", metavar="ADDRESS",
        help="run on the workers of this dask scheduler, such as tcp://127.0.0.1:8786",
    )  # fmt: skip
    parser.add_argument("--notebooks", action="store_true", help="keep each executed notebook, too")
    parser.add_argument(
        "--book", action="store_true", help="write the table that the book shows, too: data/sweeps"
    )
    parser.add_argument("--retry", action="store_true", help="run again what has failed")
    parser.add_argument("--force", action="store_true", help="run again what is finished")
    parser.add_argument(
        "--timeout", type=_count, default=600, metavar="SECONDS",
        help="end a cell after so many seconds (%(default)s)",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    try:
        if given.scheduler is not None:
            check_address(given.scheduler)
            if given.workers:
                raise InputError("--workers is for this computer; a cluster has its own.")
        project = Project(ROOT)
        sweep = read_sweep(given.file, project)
        folder = given.folder or ROOT / "_build/sweeps" / sweep.name
        with sole_build(folder, "sweep"):
            return _run(sweep, project, folder, given)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 130


def _run(sweep: Sweep, project: Project, folder: Path, given) -> int:
    known = []
    # a program that reads the output has no use for a bar
    with tqdm(total=len(sweep.requests), unit="variant", disable=None) as bar:

        def tell(_, outcome) -> None:
            known.append(outcome.status)
            bar.update()

        try:
            outcomes = run_variants(
                sweep.requests, project, folder / "failures.json", _executor(project, given),
                retry=given.retry, force=given.force, tell=tell,
            )  # fmt: skip
        except ClusterLost as error:
            done = known.count(OK)
            bar.close()
            print(
                f"{error}\n{done} of {len(sweep.requests)} variants are finished and kept; the "
                "same command goes on, with --scheduler or without.",
                file=sys.stderr,
            )
            return 1 if done else 2
    table = sweep_table(outcomes, sweep.varied, sweep.keep)
    paths = [*write_table(table, folder, sweep.name)]
    if given.book:
        paths.append(ROOT / "data/sweeps" / f"{sweep.name}.csv")
        write_for_the_book(table, paths[-1])
    failed = sum(outcome.status == FAILED for outcome in outcomes)
    paths.append(_write_manifest(sweep, project, folder, len(outcomes) - failed, failed))
    if given.notebooks:
        paths.append(_write_notebooks(sweep, project, folder / "notebooks"))
    print(f"{sweep.title}: {len(outcomes)} variants, {failed} failed", file=sys.stderr)
    for path in paths:
        print(path)
    return 1 if failed else 0


def _executor(project: Project, given):
    """Return what runs variants: this computer, or a cluster."""
    if given.scheduler:
        from secondline.chapters.cluster_sweeping import run_on_cluster

        limits = Limits(given.timeout)
        return partial(run_on_cluster, project=project, address=given.scheduler, limits=limits)
    workers, memory = given.workers or os.cpu_count() or 1, machine_memory()
    limits = Limits(given.timeout, int(0.8 * memory / workers) if memory else None)
    return partial(run_here, root=ROOT, workers=workers, limits=limits, force=given.force)


def _write_manifest(sweep, project, folder, done: int, failed: int) -> Path:
    """Write what the whole sweep was made from; each variant's own manifest is in the store."""
    path = folder / f"{sweep.name}.manifest.json"
    content = {
        "sweep": sweep.name,
        "title": sweep.title,
        "done": done,
        "failed": failed,
        "commit": project.commit,
        "python": sys.version.split()[0],
        "packages": project.versions,
        "variants": [
            {"chapter": r.chapter, "parameters": r.values, "key": project.key(r)}
            for r in sweep.requests
        ],
    }
    write_whole(path, json_bytes(content))
    return path


def _write_notebooks(sweep, project, folder) -> Path:
    for k, request in enumerate(sweep.requests, start=1):
        entry = project.look_up(project.key(request))
        if entry is not None:
            name = f"{k:05}-{request.chapter.replace('/', '-')}.ipynb"
            write_whole(folder / name, entry.notebook)
    return folder


def _count(text: str) -> int:
    value = int(text)
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
