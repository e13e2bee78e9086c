"""The project's files agree with each other and with its own rules."""

import ast
import json
import re
import subprocess
import tomllib
from importlib import metadata

import pytest
import yaml
from conftest import ROOT, notebooks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINS = {"jupyter-book": "==1.0.4.post1", "pandas": "<3"}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements() -> list[Requirement]:
    groups = [project()["dependencies"], *project()["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


def lock() -> dict[str, list[Requirement]]:
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def test_lock_pins_every_requirement_within_its_range():
    for wanted in requirements():
        pins = lock()[canonicalize_name(wanted.name)]
        for pin in pins:
            (exact,) = pin.specifier
            assert exact.operator == "=="
            assert wanted.specifier.contains(exact.version), (wanted, pin)


def test_everything_in_the_lock_is_pinned_exactly():
    for pins in lock().values():
        for pin in pins:
            assert [s.operator for s in pin.specifier] == ["=="], pin


@pytest.mark.parametrize("name", PINS)
def test_pins_that_the_book_cannot_do_without(name):
    (wanted,) = [r for r in requirements() if r.name == name]
    assert PINS[name] in str(wanted.specifier)


def test_environment_yml_installs_the_same_lock_and_the_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "second-line"
    conda = [d for d in environment["dependencies"] if isinstance(d, str)]
    (pip,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    assert pip == ["-r requirements.lock", "-e ."]
    (python,) = [d for d in conda if d.startswith("python=")]
    lowest = re.fullmatch(r">=(\d+)\.(\d+)", project()["requires-python"]).groups()
    assert tuple(map(int, python.removeprefix("python=").split("."))) >= tuple(map(int, lowest))
    assert "pip" in conda


def test_what_is_installed_is_what_is_locked():
    for pins in lock().values():
        for pin in pins:
            if pin.marker is None or pin.marker.evaluate():
                (exact,) = pin.specifier
                assert metadata.version(pin.name) == exact.version


def test_licences_of_what_the_library_needs_are_permissive():
    """Nothing that a reader must install is under the GPL."""
    wanted, seen = {canonicalize_name(Requirement(t).name) for t in project()["dependencies"]}, set()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        about = metadata.metadata(name)
        named = [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
        licence = " ".join(named) if any(named) else (about.get("License") or "")
        assert not re.search(r"\bA?GPL|GNU General Public", licence), (name, licence)
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.add(canonicalize_name(requirement.name))
    assert len(seen) > 10


@pytest.mark.parametrize("path", notebooks(), ids=lambda p: p.stem)
def test_notebook_is_committed_clean(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    tagged = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1, "one cell is tagged parameters"
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        assert source.count("\n") < 24, source
        if "# NBVAL_CHECK_OUTPUT" in source:
            assert cell["outputs"], "a checked cell keeps its output"
        else:
            assert not cell["outputs"], source
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", notebooks(), ids=lambda p: p.stem)
def test_parameters_are_plain_and_explained(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    source = "".join(cell["source"])
    lines = [line for line in source.splitlines() if line.strip()]
    statements = ast.parse(source).body
    assert len(statements) == len(lines)
    for statement, line in zip(statements, lines, strict=True):
        assert isinstance(statement, ast.AnnAssign)
        ast.literal_eval(statement.value)
        assert re.search(r"  # \S.{5,}", line), f"no comment: {line}"


def test_pooled_response_parameters_name_all_that_is_allowed():
    from secondline import proportions, tables

    path = ROOT / "book/bispecifics/pooled-response.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "".join(
        next(c for c in cells if "parameters" in c["metadata"].get("tags", []))["source"]
    )
    comments = dict(
        re.fullmatch(r"(\w+): str = .*?  # (.*)", line).groups() for line in source.splitlines()
    )
    allowed = {
        "outcome": tables.OUTCOMES,
        "population": tables.POPULATIONS,
        "transform": proportions.TRANSFORMS,
        "method": proportions.METHODS,
        "ci": proportions.CI_METHODS,
    }
    assert set(comments) == {*allowed, "trials"}
    for name, choices in allowed.items():
        for choice in choices:
            assert choice in comments[name], (name, choice)


def tracked_files():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines()]


def test_no_file_names_this_machine_or_a_registry():
    forbidden = re.compile(r"/(?:home|Users|work|root)/\w|pypi\.org|pythonhosted|registry\.npm")
    for path in tracked_files():
        if path.suffix in {".json", ".csv", ".gz"} or not path.is_file() or path.name == __name__ + ".py":
            continue
        text = path.read_text(encoding="utf-8")
        assert not forbidden.search(text), (path, forbidden.search(text))


def test_modules_import_only_from_those_above_them():
    """The order of DESIGN: claims, tables, intervals, proportions, signatures, ... chapters."""
    order = ["errors", "checks", "paths", "cluster", "csvfiles", "claims", "tables", "intervals", "effects"]
    order += ["subgroups", "survival", "evidence", "trials", "proportions", "agreement"]
    order += ["agreement_small_study", "prognosis", "audit", "signatures", "cohort", "biomarkers", "external"]
    order += ["pathways", "sequencing", "figures", "explorers", "chapters", "teaching"]
    source = ROOT / "src/secondline"
    for path in source.rglob("*.py"):
        mine = path.relative_to(source).parts[0].removesuffix(".py")
        if mine == "__init__":
            continue
        assert mine in order, f"{mine} has no place in the order"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("secondline."):
                other = node.module.split(".")[1]
                assert order.index(other) <= order.index(mine), f"{path.name} imports {node.module}"


def test_importing_the_library_is_light():
    """Plotting, papermill and pandera are imported where they are used."""
    code = (
        "import sys, secondline.proportions, secondline.chapters, secondline.figures\n"
        "print([m for m in ('matplotlib', 'papermill', 'pandera', 'IPython', 'statsmodels')"
        " if m in sys.modules])"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_examples_in_docstrings_are_run_to_the_letter():
    """pytest collects src, and does not wave through what follows an exception's colon."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        options = tomllib.load(file)["tool"]["pytest"]["ini_options"]
    assert "src" in options["testpaths"]
    assert "--doctest-modules" in options["addopts"]
    assert "IGNORE_EXCEPTION_DETAIL" not in options.get("doctest_optionflags", "")
