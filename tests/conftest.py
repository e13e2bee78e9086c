"""What several test files share."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import settings

from secondline.chapters.building import sole_build
from secondline.chapters.execution import chapter_names
from secondline.chapters.printing import chromium as find_chromium
from secondline.chapters.project import Project
from secondline.chapters.running import ChapterError
from secondline.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build/html"

# the time of one example says nothing on a busy machine
settings.register_profile("book", deadline=None)
settings.load_profile("book")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def reference() -> dict:
    """Values from R, and the versions that made them."""
    return json.loads((ROOT / "tests/reference/proportions.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def chapter_runner(tmp_path_factory):
    """Return what makes a chapter's runner.

    The runner executes the chapter as a build does, or takes it from what was executed
    before, and returns the executed notebook's path. Defaults of a test file's own come
    first. Values are not checked beforehand, so that the chapter's own check is seen at work.
    """
    from papermill.exceptions import PapermillExecutionError

    project = Project(ROOT)
    done = {}

    def runner(name: str | Path, **defaults):
        path = ROOT / name
        chapter = path.relative_to(ROOT / "book").with_suffix("").as_posix()
        own = project.defaults(chapter).values

        def execute(**parameters) -> Path:
            chosen = defaults | parameters
            key = (chapter, json.dumps(chosen, sort_keys=True))
            if key not in done:
                assert set(chosen) <= set(own), f"{chapter} has no {set(chosen) - set(own)}"
                try:
                    run = project.run(project.unchecked(chapter, chosen))
                except ChapterError as error:
                    if isinstance(error.__cause__, PapermillExecutionError):
                        raise error.__cause__ from None
                    raise
                target = tmp_path_factory.mktemp("run") / "out.ipynb"
                target.write_bytes(run.entry.notebook)
                done[key] = target
            return done[key]

        return execute

    return runner


@pytest.fixture(scope="module")
def run(chapter_runner, request):
    """The runner of the chapter that a test file names as CHAPTER."""
    return chapter_runner(request.module.CHAPTER)


@pytest.fixture(scope="module")
def as_it_comes(run):
    """The chapter executed with its own settings."""
    return run()


def pages() -> list[str]:
    """All pages of the book, by name."""
    return chapter_names(ROOT / "book")


@cache
def page(name: str) -> BeautifulSoup:
    """Return a page of the built site, read once for all test files; none may change it."""
    return BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def do_without(tool: str, package: str) -> None:
    """Skip what needs a tool that is not on this machine, or fail where it is required."""
    if os.environ.get("SECONDLINE_REQUIRE_BROWSER"):
        pytest.fail(f"no {tool} was found, though the checks of pages are required here")
    pytest.skip(f"no {tool} on this machine (Debian: apt-get install {package})")


@pytest.fixture(scope="module")
def browser():
    """A Chromium; without one the tests are skipped, or fail where it is required."""
    try:
        path = find_chromium()
    except InputError:
        do_without("Chromium", "chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory, worker_id) -> str:
    """What a build printed: the site is up to date, looked after once for all test processes."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent
    said = shared / "build.txt"
    with alone(shared):
        if not said.exists():
            said.write_text(build_site(), encoding="utf-8")
    return said.read_text(encoding="utf-8")


def build_site() -> str:
    """Build the site if it is not up to date; return what the build printed."""
    command = [sys.executable, str(ROOT / "scripts/build.py")]
    while True:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        if "Another build is running" not in done.stderr:
            break
        time.sleep(0.5)  # another test file's
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def alone(folder: Path):
    """Hold a folder's lock; another test file may have it for a while."""
    while True:
        with ExitStack() as stack:
            try:
                stack.enter_context(sole_build(folder))
            except InputError:
                time.sleep(0.5)
                continue
            yield
            return


MADE_DATA = {
    "schmitz2018": "external_made_schmitz.tsv",
    "lme2021-annotation": "external_made_annotation.tsv",
    "lme2021-signatures": "external_made_signatures.tsv",
}


def put_made_data(monkeypatch, names=tuple(MADE_DATA)) -> None:
    """Put made tables in the place of the open ones named; the others are not there."""
    from secondline import external

    monkeypatch.setenv("SECONDLINE_DATA", str(ROOT / "tests/data"))
    for name, file in MADE_DATA.items():
        digest = hashlib.sha256((ROOT / "tests/data" / file).read_bytes()).hexdigest()
        of = replace(external.FILES[name], file=file, sha256=digest)
        if name not in names:
            of = replace(of, file=f"not here {file}")
        monkeypatch.setitem(external.FILES, name, of)


def load_script(path: str):
    """Return a script of the project as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_notebook(path: Path, *cells) -> Path:
    """Write a notebook of code cells, each a text or a text and its tag."""
    pairs = [(cell, None) if isinstance(cell, str) else cell for cell in cells]
    notebook = {
        "cells": [
            {
                "cell_type": "code", "id": f"c{k}", "source": source, "outputs": [],
                "metadata": {"tags": [tag]} if tag else {}, "execution_count": None,
            }
            for k, (source, tag) in enumerate(pairs)
        ],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


@pytest.fixture
def made(tmp_path):
    """A project of one chapter, with the library's sources; returns what writes its last cell."""
    parameters = 'n: int = 2  # 1 to 9\nfile: str = ""  # path of a file of your own\n'
    check = (
        "from secondline.chapters import check_parameters, record\n"
        "check_parameters(n=(n, range(1, 10)), file=(file, str))"
    )
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("book/part", "data/deep", "seeds"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "seeds/references.bib").write_text("")
    (tmp_path / "requirements.lock").write_text("numpy==2\n")
    (tmp_path / "data/deep/a.csv").write_text("1")
    (tmp_path / "data/b.csv").write_text("2")

    def write(source, name="part/one"):
        path = tmp_path / f"book/{name}.ipynb"
        write_notebook(path, (parameters, "parameters"), check, source)
        return tmp_path

    return write


def displayed(executed: Path, kind: str) -> list[str]:
    """Return what an executed notebook displays of a kind, such as ``text/html``."""
    return [
        "".join(output["data"][kind])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if kind in output.get("data", {})
    ]


def notebooks() -> list[Path]:
    """All notebooks of the book."""
    return sorted(
        path
        for path in (ROOT / "book").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    )


def run_in_process(path: Path, **parameters) -> None:
    """Run a chapter's code cells here, with other parameters, until one of them raises.

    For settings that must stop a chapter: it saves the seconds in which a kernel starts.
    """
    from IPython.display import display

    namespace: dict = {"display": display}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), str(path), "exec"), namespace)
            if "parameters" in cell["metadata"].get("tags", []):
                unknown = set(parameters) - set(namespace)
                assert not unknown, f"{path.name} has no parameter {unknown}"
                namespace |= parameters


def exercises_hold(executed: Path, exercises: dict[str, float]) -> None:
    """Assert that each exercise asks, takes its recorded answer, and refuses one that is off.

    `exercises` gives for each recorded answer how near is near enough.
    """
    from secondline.chapters import check_number, read_recorded

    recorded = read_recorded(executed)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == len(exercises)
    for name, within in exercises.items():
        right = recorded[name]
        assert right == right, f"the answer to {name} is no number"
        assert "Not" not in check_number(right, right, within=within, hint="look again")
        off = check_number(right + 3 * within, right, within=within, hint="look again")
        assert "look again" in off
