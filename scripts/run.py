#!/usr/bin/env python
"""Run one chapter under parameters of your own.

    scripts/run.py                                     list the chapters
    scripts/run.py CHAPTER --help                      list a chapter's parameters
    scripts/run.py CHAPTER -p outcome=CR -p method=REML [--html] [-o FOLDER]
    scripts/run.py --replay MANIFEST                   run again, and compare the results

The folder gets the executed notebook, its recorded results as JSON, a manifest that says what
they were made from, and with --html a page that needs nothing else. Exit codes: 0 done, 1 the
notebook stopped or a replay differs, 2 the request cannot be met (no kernel is started).
"""

import argparse
import json
import sys
import textwrap
from pathlib import Path

from secondline.chapters.checks_cell import allowed_words, check_chapter
from secondline.chapters.execution import keep_failed
from secondline.chapters.notebooks import json_bytes, write_whole
from secondline.chapters.parameters_cell import KINDS, typed_value
from secondline.chapters.project import Project
from secondline.chapters.replay import compare_runs
from secondline.chapters.running import ChapterError, Limits
from secondline.chapters.store import read_manifest
from secondline.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
TYPES = {kind: name for name, kind in KINDS.items()}


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], add_help=False, allow_abbrev=False
    )
    parser.add_argument("chapter", nargs="?", metavar="CHAPTER", help="such as tme/clusters")
    parser.add_argument(
        "-p", dest="given", action="append", default=[], metavar="NAME=VALUE",
        help="a parameter; as often as needed",
    )  # fmt: skip
    parser.add_argument("-o", dest="folder", type=Path, metavar="FOLDER", help="for the results")
    parser.add_argument("--html", action="store_true", help="write a page that stands alone, too")
    parser.add_argument("--force", action="store_true", help="run even if nothing changed")
    parser.add_argument(
        "--timeout", type=_positive, metavar="SECONDS", default=600,
        help="end a cell after so many seconds (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--memory", type=_positive, metavar="GB", help="the most that the kernel may hold"
    )
    parser.add_argument(
        "--replay", type=Path, metavar="MANIFEST",
        help="repeat the run of a manifest, and say whether the results agree",
    )  # fmt: skip
    parser.add_argument("--help", "-h", action="store_true", help="with a chapter: its parameters")
    given = parser.parse_args(arguments)
    project = Project(ROOT)
    try:
        if given.chapter and given.help:
            print(_parameters_text(project, given.chapter))
            return 0
        if given.help:
            parser.print_help()
            return 0
        limits = Limits(
            int(given.timeout), int(given.memory * 1024**3) if given.memory else None
        )
        if given.replay:
            return _replay(project, given, limits)
        if not given.chapter:
            print("\n".join(project.chapters))
            return 0
        return _run(project, given, limits)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130


def _run(project, given, limits) -> int:
    values = _values(project, given.chapter, given.given)
    request = project.request(given.chapter, values)
    name = given.chapter.replace("/", "-")
    folder = given.folder or ROOT / "_build/runs" / name
    try:
        run = project.run(request, force=given.force, limits=limits)
    except ChapterError as error:
        kept = keep_failed(error, folder / f"{name}.failed.ipynb")
        print(f"{given.chapter} {error}{kept}", file=sys.stderr)
        return 1
    files = {
        f"{name}.ipynb": run.entry.notebook,
        f"{name}.results.json": json_bytes(run.results),
        f"{name}.manifest.json": json_bytes(run.entry.manifest),
    }
    if given.html:
        from secondline.chapters.standalone import standalone_page

        page = standalone_page(json.loads(run.entry.notebook), f"{given.chapter} – Second Line")
        files[f"{name}.html"] = page.encode()
    for file, content in files.items():
        write_whole(folder / file, content)
    said = ", ".join(f"{n}={v!r}" for n, v in request.changed.items()) or "its own settings"
    print(f"{given.chapter} with {said}: {run.status} in {run.seconds:.1f} s", file=sys.stderr)
    for file in files:
        print(folder / file)
    return 0


def _replay(project, given, limits) -> int:
    if given.chapter or given.given:
        raise InputError("--replay takes chapter and parameters from the manifest; give no others.")
    before = read_manifest(given.replay)
    request = project.request(str(before["chapter"]), dict(before["parameters"]))
    try:
        after = project.run(request, force=True, limits=limits).entry.manifest
    except ChapterError as error:
        print(f"{request.chapter} {error}", file=sys.stderr)
        return 1
    found = compare_runs(before, after)
    for line in found.surroundings:
        print(f"different: {line}")
    if found.agree:
        print(f"{request.chapter}: all {found.n} recorded results agree.")
        return 0
    for line in found.results:
        print(f"result {line}")
    print(f"{request.chapter}: {len(found.results)} of {found.n} recorded results differ.")
    return 1


def _values(project, chapter: str, texts) -> dict:
    """Return the values typed behind -p, in the types of the chapter's parameters."""
    parameters = project.parameters(chapter)
    values: dict = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"-p {text!r} has no value; write -p NAME=VALUE.")
        if name in values:
            raise InputError(f"{name} is given twice; give it one value.")
        # an unknown name is told by the check that follows
        values[name] = typed_value(parameters[name], value) if name in parameters else value
        if name in parameters and parameters[name].is_path and value:
            # the notebook runs in another folder
            values[name] = str(Path(value).expanduser().absolute())
    return values


def _parameters_text(project, chapter: str) -> str:
    path = project.notebook(chapter)
    parameters = project.parameters(chapter)
    allowed = check_chapter(path, {name: p.default for name, p in parameters.items()}).allowed
    lines = [f"Parameters of {chapter}:", ""]
    for name, parameter in parameters.items():
        lines.append(f"  {name}: {TYPES[parameter.kind]} = {parameter.default!r}")
        words = f"allowed: {allowed_words(allowed[name])}" if name in allowed else ""
        lines += [
            textwrap.fill(text, 90, initial_indent="      ", subsequent_indent="      ")
            for text in (parameter.meaning, words)
            if text
        ]
    return "\n".join(lines)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
