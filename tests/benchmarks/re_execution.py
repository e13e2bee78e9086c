#!/usr/bin/env python
"""Twenty-four variants of a chapter: a shell loop of papermill, other runners, and a sweep.

    python tests/benchmarks/re_execution.py [CHAPTER] [--rounds N] [--out FILE.csv]

Each way starts from nothing and runs the same variants; rounds go through all ways in turn, so
that a machine that slows down slows all of them. Printed are medians, and ratios of the medians
of one run of this file. jupyter-cache comes with the environment; Snakemake is used if it is
found, for example with PATH=/that/environment/bin:$PATH.
"""

import argparse
import csv
import itertools
import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from secondline.chapters.recording import read_recorded

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
GRIDS = {
    "bispecifics/pooled-response": {
        "outcome": ["ORR", "CR"], "transform": ["freeman-tukey", "logit", "raw", "log"],
        "method": ["DL", "REML", "PM"],
    },
    "partial-response/time-to-treatment": {
        "access": [0.5, 1.0, 1.5, 2.0, 3.0, 4.0], "cure_third_line": [0.1, 0.15, 0.2, 0.25],
    },
}  # fmt: skip


def variants(chapter: str) -> list[dict]:
    grid = GRIDS[chapter]
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def measured(command, **options) -> tuple[float, float]:
    """Return the wall time of a command, and the processor time of all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command[:4]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def papermill_line(source: Path, target: Path, given: dict) -> list[str]:
    settings = [part for name, value in given.items() for part in ("-p", name, str(value))]
    return [
        str(BIN / "papermill"), str(source), str(target), *settings,
        "--no-progress-bar", "--log-level", "ERROR", "--cwd", str(source.parent),
    ]  # fmt: skip


def command_lines(chapter: str, folder: Path) -> list[str]:
    """Return the papermill command of each variant, for a shell."""
    source = ROOT / f"book/{chapter}.ipynb"
    return [
        shlex.join(papermill_line(source, folder / f"{k}.ipynb", given))
        for k, given in enumerate(variants(chapter))
    ]


def shell_loop(chapter: str, folder: Path) -> tuple[float, float]:
    return measured(["sh", "-ec", "\n".join(command_lines(chapter, folder))])


def sweep(chapter: str, folder: Path, workers: int) -> tuple[float, float]:
    lines = [f"title: Benchmark\nchapter: {chapter}\ngrid:"]
    lines += [f"  {name}: {json.dumps(values)}" for name, values in GRIDS[chapter].items()]
    (folder / "bench.yml").write_text("\n".join(lines) + "\n")
    return measured([
        sys.executable, str(ROOT / "scripts/sweep.py"), str(folder / "bench.yml"), "--force",
        "-o", str(folder / "out"), "--workers", str(workers), "--notebooks",
    ])  # fmt: skip


def prepared(chapter: str, folder: Path) -> list[Path]:
    """Write the variants as notebooks of their own, for runners that take no parameters."""
    from papermill import execute_notebook

    source = ROOT / f"book/{chapter}.ipynb"
    paths = []
    for k, given in enumerate(variants(chapter)):
        paths.append(folder / f"{k}.ipynb")
        execute_notebook(str(source), str(paths[-1]), given, prepare_only=True, progress_bar=False)
        # the tool's note of the preparation is no part of the notebook
        notebook = json.loads(paths[-1].read_text())
        notebook["metadata"].pop("papermill", None)
        paths[-1].write_text(json.dumps(notebook))
    return paths


def jupyter_cache(chapter: str, folder: Path) -> tuple[float, float]:
    paths = prepared(chapter, folder)
    jcache = [str(BIN / "jcache")]
    at = {"env": os.environ | {"JUPYTERCACHE": str(folder / "cache")}, "cwd": folder}
    subprocess.run([*jcache, "notebook", "add", *map(str, paths)], check=True, capture_output=True,
                   input="y\n", text=True, **at)  # fmt: skip
    run = [*jcache, "project", "execute", "-e", "local-parallel", "-t", "300"]
    return measured(run, **at)


def snakemake(chapter: str, folder: Path, cores: int) -> tuple[float, float]:
    outputs = f"{folder}/{{k}}.ipynb"
    (folder / "Snakefile").write_text(
        f"LINES = {command_lines(chapter, folder)!r}\n"
        f"rule all:\n    input: expand({outputs!r}, k=range(len(LINES)))\n"
        f"rule one:\n    output: {outputs!r}\n"
        "    params: line=lambda w: LINES[int(w.k)]\n    shell: '{params.line}'\n"
    )
    return measured([
        "snakemake", "--cores", str(cores), "-s", str(folder / "Snakefile"), "-d", str(folder), "-q",
    ])  # fmt: skip


def check_same(chapter: str, loop: Path, ours: Path) -> int:
    """Compare what both ways recorded, to the last digit; return the number of values."""
    compared = 0
    # the sweep writes its variants in the order of the grid, as the loop does
    for k, path in enumerate(sorted((ours / "out/notebooks").glob("*.ipynb"))):
        plain, swept = read_recorded(loop / f"{k}.ipynb"), read_recorded(path)
        if repr(plain) != repr(swept):
            raise SystemExit(f"variant {k} of {chapter} differs")
        compared += len(plain)
    return compared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("chapter", nargs="?", default="bispecifics/pooled-response", choices=GRIDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    ways = {
        "shell loop of papermill": (1, lambda f: shell_loop(given.chapter, f)),
        "sweep, one worker": (1, lambda f: sweep(given.chapter, f, 1)),
        f"sweep, {cores} workers": (cores, lambda f: sweep(given.chapter, f, cores)),
        "jupyter-cache, local-parallel": (cores, lambda f: jupyter_cache(given.chapter, f)),
    }
    if shutil.which("snakemake"):
        ways["Snakemake"] = (cores, lambda f: snakemake(given.chapter, f, cores))
    times: dict[str, list] = {name: [] for name in ways}
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folders = {name: Path(scratch) / str(k) for k, name in enumerate(ways)}
            for name, (_, run) in ways.items():
                folders[name].mkdir()
                times[name].append(run(folders[name]))
            n = check_same(given.chapter, *(folders[name] for name in list(ways)[:2]))
    loop, one, many = (statistics.median(w for w, _ in times[name]) for name in list(ways)[:3])
    rows = []
    for name, (used, _) in ways.items():
        wall, cpu = (statistics.median(t[k] for t in times[name]) for k in (0, 1))
        ratio = wall / (one if used == 1 else many)
        rows.append((given.chapter, name, used, len(variants(given.chapter)), given.rounds,
                     round(wall, 1), round(cpu, 1), round(ratio, 2)))  # fmt: skip
    head = ("chapter", "way", "cores", "variants", "rounds", "seconds", "cpu_seconds",
            "times_the_sweep")  # fmt: skip
    for row in (head, *rows):
        print("  ".join(str(cell).ljust(30 if k == 1 else 12) for k, cell in enumerate(row)))
    print(f"per core: {loop / one:.1f} times as fast as the loop; {n} recorded values are the same")
    if given.out:
        with given.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    main()
