#!/usr/bin/env python
"""Twenty-four variants of a chapter: a shell loop of papermill, other runners, and a sweep.

    python tests/benchmarks/re_execution.py [CHAPTER ...] [--rounds N] [--out FILE.csv]

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


HEAD = ("chapter", "way", "cores", "variants", "rounds", "seconds", "cpu_seconds",
        "times_the_sweep")  # fmt: skip


def compare(chapter: str, rounds: int) -> list[tuple]:
    """Run all ways in turns; return a row for each, as HEAD names it."""
    cores = os.cpu_count() or 1
    ways = {
        "shell loop of papermill": (1, lambda f: shell_loop(chapter, f)),
        "sweep, one worker": (1, lambda f: sweep(chapter, f, 1)),
        f"sweep, {cores} workers": (cores, lambda f: sweep(chapter, f, cores)),
        "jupyter-cache, local-parallel": (cores, lambda f: jupyter_cache(chapter, f)),
    }
    if shutil.which("snakemake"):
        ways["Snakemake"] = (cores, lambda f: snakemake(chapter, f, cores))
    times: dict[str, list] = {name: [] for name in ways}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folders = {name: Path(scratch) / str(k) for k, name in enumerate(ways)}
            for name, (_, run) in ways.items():
                folders[name].mkdir()
                times[name].append(run(folders[name]))
            n = check_same(chapter, *(folders[name] for name in list(ways)[:2]))
    one, many = (statistics.median(w for w, _ in times[name]) for name in list(ways)[1:3])
    print(f"{chapter}: {n} recorded values are the same in the loop and in the sweep")
    rows = []
    for name, (used, _) in ways.items():
        wall, cpu = (statistics.median(t[k] for t in times[name]) for k in (0, 1))
        ratio = wall / (one if used == 1 else many)
        rows.append((chapter, name, used, len(variants(chapter)), rounds,
                     f"{wall:.1f}", f"{cpu:.1f}", f"{ratio:.2f}"))  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help=f"of {', '.join(GRIDS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    unknown = set(given.chapters) - set(GRIDS)
    if unknown:
        parser.error(f"there are no variants of {min(unknown)!r}; choose of {', '.join(GRIDS)}")
    rows = [row for name in given.chapters or GRIDS for row in compare(name, given.rounds)]
    for row in (HEAD, *rows):
        print("  ".join(str(cell).ljust(33 if k < 2 else 12) for k, cell in enumerate(row)))
    if given.out:
        with given.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([HEAD, *rows])


if __name__ == "__main__":
    main()
