#!/usr/bin/env python
"""Build the book: execute its chapters, then make the static site.

    python scripts/build.py [--force [CHAPTER ...]]

Only chapters that changed are executed; --force alone executes all, with names these
too. The site is built afresh, without executing anything, whenever a page changed;
warnings are errors. A build that fails leaves the last good site where it was. Only one
build runs at a time.
"""

import argparse
import csv
import shutil
import sys
import time
from pathlib import Path

from secondline.chapters.building import put_in_place, restore, sole_build
from secondline.chapters.execution import execute_book
from secondline.chapters.hashes import folder_hash, text_hash
from secondline.chapters.notebooks import write_whole
from secondline.chapters.project import ChapterRun, Project
from secondline.chapters.running import ChapterError
from secondline.chapters.site import SiteError, sphinx_pages
from secondline.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
SITE = BUILD / "html"
STAMP = BUILD / "site.sha256"
# what pages show of the chapters
MADE = BUILD / "made"
SPEED = ROOT / "tests/benchmarks/re_execution.csv"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--force",
        nargs="*",
        metavar="CHAPTER",
        help="execute these chapters even if nothing changed; without names all of them, and "
        "rebuild the site",
    )
    names = parser.parse_args().force
    force = names == []
    try:
        with sole_build(BUILD):
            runs = []
            for run in execute_book(ROOT, force=force or tuple(names or ())):
                if run.status != "page":
                    print(f"  {run.name:<34} {run.seconds:6.1f} s  {run.status}", flush=True)
                    runs.append(run)
            return build_site(runs, force=force)
    except (ChapterError, InputError) as error:
        print(f"The book was not built. {error}", file=sys.stderr)
        return 1


def _write_made_pages(runs: list[ChapterRun]) -> None:
    """Write what pages show of the chapters.

    It is not part of the site's stamp: it follows from the chapters, but for what says which of
    them were executed just now.
    """
    # a build that changes nothing does without these imports
    from secondline.chapters.home import write_pictures
    from secondline.chapters.status import speed_tables, status_tables
    from secondline.teaching.pages import write_teaching

    shutil.rmtree(MADE, ignore_errors=True)
    with SPEED.open(encoding="utf-8", newline="") as file:
        speed = speed_tables(list(csv.DictReader(file)), runs)
    for name, table in (("status", status_tables(runs)), ("speed", speed)):
        write_whole(MADE / f"appendix/{name}-tables.html", table.encode())
    write_pictures(MADE / "home", {run.name: run.results for run in runs})
    write_teaching(Project(ROOT), MADE, runs)


def build_site(runs: list[ChapterRun], *, force: bool) -> int:
    """Build ``_build/html`` from ``_build/executed`` unless it is up to date."""
    restore(SITE)
    parts = [BUILD / "executed", ROOT / "src/secondline", ROOT / "seeds", Path(__file__), SPEED]
    # explorers read these while the site is made
    parts += [ROOT / "data" / name for name in ("bispecific_trials.csv", "pathways", "virtual")]
    moments = [run.entry.manifest["started"] for run in runs]
    stamp = text_hash(f"{folder_hash(*parts)} {moments} {sys.version} {Project(ROOT).versions}")
    fresh = STAMP.is_file() and STAMP.read_text() == stamp and (SITE / "index.html").is_file()
    fresh = fresh and MADE.is_dir() and not force
    if not fresh:
        _write_made_pages(runs)
    shutil.copytree(MADE, BUILD / "executed", dirs_exist_ok=True)
    if fresh:
        print(f"  {'site':<34} {0:6.1f} s  cached")
    else:
        start = time.perf_counter()
        work = BUILD / "site"
        shutil.rmtree(work, ignore_errors=True)
        try:
            made = sphinx_pages(BUILD / "executed", work)
        except SiteError as error:
            print(f"The site was not built:\n{error}", file=sys.stderr)
            return 1
        # until the new stamp is written no site counts as up to date
        STAMP.unlink(missing_ok=True)
        try:
            put_in_place(made, SITE)
        except OSError as error:
            print(f"The new site could not be put in its place: {error}.", file=sys.stderr)
            return 1
        shutil.rmtree(work)
        STAMP.write_text(stamp)
        print(f"  {'site':<34} {time.perf_counter() - start:6.1f} s  built")
    print(f"The book is ready: {SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
