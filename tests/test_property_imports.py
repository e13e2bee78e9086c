"""The modules that a chapter is said to use are at least those whose code it runs."""

import importlib
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run_in_process

from secondline.chapters.imports import Library
from secondline.chapters.project import Project

SOURCES = ROOT / "src/secondline"


@pytest.fixture(scope="module")
def project():
    """The project, with every module imported, so that later only calls are seen."""
    project = Project(ROOT)
    for name in project.library.files:
        importlib.import_module(name)
    return project


@pytest.mark.parametrize(
    "chapter",
    ["bispecifics/pooled-response", "zuma7/subgroups", "partial-response/pathways", "audit/conflicts"],
)  # fmt: skip
def test_no_module_is_run_that_was_not_foreseen(project, chapter, monkeypatch):
    path = project.notebook(chapter)
    monkeypatch.chdir(path.parent)
    called = set()
    sys.setprofile(lambda frame, event, _: called.add(frame.f_code.co_filename))
    try:
        run_in_process(path)
    finally:
        sys.setprofile(None)
    by_file = {str(file): name for name, file in project.library.files.items()}
    run = {by_file[name] for name in called if name in by_file}
    assert len(run) > 8
    assert run <= project.modules(chapter)
    # and not simply all
    assert len(project.modules(chapter)) < len(project.library.files) / 3


@pytest.fixture
def library(tmp_path):
    """A small library: a package that collects, one that does not, and plain modules."""
    files = {
        "__init__.py": '"""Doc."""\n__version__ = "1"\n',
        "base.py": "def f(): pass\n",
        "shapes/__init__.py": '"""Doc."""\nfrom secondline.shapes.round import circle\n'
        'from secondline.shapes.square import square as box\n__all__ = ["circle", "box"]\n',
        "shapes/round.py": "def circle():\n    from secondline import base\n    return base.f()\n",
        "shapes/square.py": "from . import round as r\nfrom ..tools import saw\nsquare = r.circle\n",
        "tools/__init__.py": "x = 1\n",
        "tools/saw.py": "from secondline.base import f\n",
        "tools/drill.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Library(tmp_path)


TOP = {"secondline"}
ROUND = TOP | {"secondline.shapes.round", "secondline.base"}
SQUARE = ROUND | {"secondline.shapes.square", "secondline.tools", "secondline.tools.saw"}


@pytest.mark.parametrize(
    ("cells", "modules"),
    [
        (["import numpy"], set()),
        (["from secondline import shapes\nshapes.circle()"], ROUND),
        (["from secondline import shapes as s", "s.box"], SQUARE),
        (["from secondline.shapes import circle"], ROUND),
        (["from secondline.shapes import box as circle"], SQUARE),
        (["from secondline.shapes.square import square"], SQUARE),
        (["from secondline import shapes\nlist(map(shapes.circle, ()))"], ROUND),
        # handed on, or by all names: anything may be used
        (["from secondline import shapes\ngetattr(shapes, 'bo' + 'x')"], SQUARE),
        (["from secondline.shapes import *"], SQUARE),
        (["from secondline import shapes"], SQUARE),
        (["import secondline.shapes"], SQUARE),
        # a package with code of its own runs it
        (["from secondline.tools import drill"], TOP | {"secondline.tools", "secondline.tools.drill"}),
        (["import secondline.tools as t"], TOP | {"secondline.tools"}),
        (["def late():\n    from secondline import base"], TOP | {"secondline.base"}),
        (["from secondline import base\nbase.f.x.y"], TOP | {"secondline.base"}),
        (["from secondline import __version__"], TOP),
    ],
)  # fmt: skip
def test_uses_are_followed(library, cells, modules):
    assert library.modules_used(cells) == modules


@pytest.mark.parametrize("cell", ["%time f()", "!ls", "x = (", "?f"])
def test_a_cell_that_is_no_plain_python_may_use_all(library, cell):
    assert library.modules_used(["x = 1", cell]) == frozenset(library.files)


def test_the_fingerprint_is_of_names_and_contents(library):
    first = library.fingerprint({"secondline.base", "secondline.tools"})
    assert first != library.fingerprint({"secondline.base"})
    assert first == library.fingerprint(["secondline.tools", "secondline.base"])
    (Path(library.files["secondline.base"])).write_text("def f(): return 1\n")
    # a library stays as it was when it was read
    assert first == library.fingerprint({"secondline.base", "secondline.tools"})
    again = Library(library.files["secondline"].parent)
    assert first != again.fingerprint({"secondline.base", "secondline.tools"})
