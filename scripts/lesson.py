#!/usr/bin/env python
"""Make the kit of a session: notebooks, slides, a handout and a plan.

    scripts/lesson.py list
    scripts/lesson.py build SESSION [-o FOLDER]
    scripts/lesson.py check

A kit holds notebooks for learners (without solutions, each answer is checked) and for teachers
(with solutions and comments), slides that need no network, a handout of one page, and a plan.
Sessions are files in book/teaching/sessions. Exit codes: 0 done, 1 a chapter stopped, 2 the
request cannot be met.
"""

import argparse
import sys
from pathlib import Path

from secondline.chapters.notebooks import write_whole
from secondline.chapters.project import Project
from secondline.chapters.running import ChapterError
from secondline.errors import InputError

ROOT = Path(__file__).resolve().parents[1]


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="show the sessions")
    commands.add_parser("check", help="build every kit and write nothing")
    build = commands.add_parser("build", help="make one session's kit")
    build.add_argument("session", metavar="SESSION", help="a name that list shows")
    build.add_argument(
        "-o", dest="folder", type=Path, metavar="FOLDER", help="instead of _build/kits/SESSION"
    )
    given = parser.parse_args(arguments)
    try:
        return {"list": _list, "check": _check, "build": _build}[given.command](given)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except ChapterError as error:
        print(f"The kit was not built: a chapter {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _sessions(project):
    from secondline.teaching.kits import FOLDER, find_session
    from secondline.teaching.sessions import session_names

    return [find_session(project, name) for name in session_names(project.root / FOLDER)]


def _list(given) -> int:
    for session in _sessions(Project(ROOT)):
        print(f"{session.name:<28} {session.minutes:>4} minutes  {session.title}")
        print(f"{'':<28} {'':>12}  for {session.audience}")
    return 0


def _check(given) -> int:
    from secondline.teaching.kits import kit

    project = Project(ROOT)
    for session in _sessions(project):
        print(f"{session.name}: {len(kit(session, project))} files")
    return 0


def _build(given) -> int:
    from secondline.teaching.kits import find_session, kit

    project = Project(ROOT)
    session = find_session(project, given.session)
    folder = given.folder or ROOT / "_build/kits" / session.name
    for name, content in kit(session, project).items():
        write_whole(folder / name, content)
        print(folder / name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
