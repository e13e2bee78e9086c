"""The command that runs one chapter: files, sentences and exit codes."""

import json
import re
import shlex

import pytest
from conftest import ROOT, load_script, notebooks

from secondline.chapters.notebooks import read_notebook, source_of
from secondline.chapters.project import Project
from secondline.chapters.recording import MIME
from secondline.chapters.replay import compare_runs
from secondline.chapters.standalone import plain_markdown, standalone_page

CHAPTER = "bispecifics/pooled-response"
SLUG = "bispecifics-pooled-response"


@pytest.fixture(scope="module")
def command():
    return load_script("scripts/run.py").main


@pytest.fixture
def no_kernel(monkeypatch):
    """A kernel must not start."""
    monkeypatch.setattr(Project, "run", lambda *_, **__: pytest.fail("a kernel was asked for"))


@pytest.fixture(scope="module")
def done(command, tmp_path_factory):
    """The folder of a run under parameters, its name with a blank and a foreign letter."""
    folder = tmp_path_factory.mktemp("runs") / "mein Büro"
    assert command([CHAPTER, "-p", "outcome=CR", "-p", "method=REML", "--html", "-o", str(folder)]) == 0
    return folder


def test_a_run_leaves_notebook_results_manifest_and_page(done):
    assert sorted(p.name for p in done.iterdir()) == [
        f"{SLUG}.html", f"{SLUG}.ipynb", f"{SLUG}.manifest.json", f"{SLUG}.results.json",
    ]  # fmt: skip
    results = json.loads((done / f"{SLUG}.results.json").read_text(), parse_constant=pytest.fail)
    assert 0.3 < results["estimate"] < 0.4
    manifest = json.loads((done / f"{SLUG}.manifest.json").read_text())
    assert manifest["results"] == results
    assert (manifest["parameters"]["method"], manifest["changed"]) == ("REML", ["method", "outcome"])
    assert json.loads((done / f"{SLUG}.ipynb").read_text(), parse_constant=pytest.fail)["cells"]


def test_the_page_stands_alone(done):
    page = (done / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page and "default-src 'none'" in page
    assert not re.findall(r'(?:src|data|poster)="(?!data:)[^"]*"', page)
    assert not re.findall(r"<(?:script|link|iframe|object|embed)\b|@import|url\((?!['\"]?(?:data:|#))", page)
    # the book's marks are words
    assert not re.findall(r"\{(?:claim|glue|cite)|:::|\$\$|\(not recorded\)|@@\d", page)
    assert "<math" in page and "data:image/" in page
    # the values are those of this run
    assert "outcome = &quot;CR&quot;" in page


def test_a_run_can_be_repeated_and_compared(command, done, capsys, tmp_path):
    path = done / f"{SLUG}.manifest.json"
    assert command(["--replay", str(path)]) == 0
    told = capsys.readouterr().out
    assert re.search(rf"{CHAPTER}: all \d\d recorded results agree\.\n$", told)
    changed = json.loads(path.read_text())
    changed["results"]["estimate"] += 1e-12
    changed["packages"]["numpy"] = "1.0"
    changed["library"]["secondline.intervals"] = "0"
    changed["data"].pop("data/bispecific_trials.csv")
    other = tmp_path / "changed.json"
    other.write_text(json.dumps(changed))
    assert command(["--replay", str(other)]) == 1
    told = capsys.readouterr().out
    assert "different: package numpy: changed" in told
    assert "different: module secondline.intervals: changed" in told
    assert "different: data file data/bispecific_trials.csv: new" in told
    assert re.search(r"result estimate: 0\.35\d+, now 0\.35\d+\n", told)
    assert re.search(r"1 of \d\d recorded results differ", told)


def test_help_lists_what_the_chapter_itself_says(command, capsys, no_kernel):
    assert command([CHAPTER, "--help"]) == 0
    told = capsys.readouterr().out
    for text in ("outcome: str = 'ORR'", "ORR (objective response)", "allowed: 'ORR' or 'CR'"):
        assert text in told
    assert command(["zuma7/efficacy", "-h"]) == 0
    assert "allowed: 3 to 36" in capsys.readouterr().out
    assert command([]) == 0
    assert capsys.readouterr().out.splitlines() == Project(ROOT).chapters


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "There is no chapter 'nowhere'; the chapters are"),
        (["../README"], "There is no chapter '../README'"),
        ([CHAPTER, "-p", "outcom=CR"], "has no parameter 'outcom'; it has 'outcome'"),
        ([CHAPTER, "-p", "outcome=XX"], "outcome is 'XX'; allowed: 'ORR' or 'CR'."),
        ([CHAPTER, "-p", "outcome"], "-p 'outcome' has no value; write -p NAME=VALUE."),
        ([CHAPTER, "-p", "outcome=CR", "-p", "outcome=ORR"], "outcome is given twice"),
        ([CHAPTER, "-p", "trials=no such.csv"], "there is no such file"),
        ([CHAPTER, "-p", "x;import os=1"], "'x;import os' is no name of a parameter"),
        ([CHAPTER, "-p", 'outcome="; 1/0 #\n'], "allowed: 'ORR' or 'CR'"),
        (["zuma7/efficacy", "-p", "horizon=nan"], "horizon is nan; it must be a finite number"),
        (["zuma7/efficacy", "-p", "horizon=None"], "horizon is 'None'; it must be a number"),
        (["zuma7/efficacy", "-p", "horizon=2"], "horizon is 2.0; it must be a number from 3 to 36"),
        (["--replay", "no.json"], "The manifest no.json cannot be read"),
        ([CHAPTER, "--replay", "no.json"], "--replay takes chapter and parameters"),
    ],
)
def test_what_cannot_be_met_is_one_sentence_before_a_kernel(
    command, capsys, no_kernel, arguments, sentence
):
    assert command(arguments) == 2
    told = capsys.readouterr()
    assert sentence in told.err and told.out == ""
    assert told.err.count("\n") <= 2 and "Traceback" not in told.err


@pytest.mark.parametrize("arguments", [["--timeout", "0"], ["--timeout", "x"], ["--memory", "-1"]])
def test_limits_are_numbers_above_nought(command, arguments):
    with pytest.raises(SystemExit) as caught:
        command([CHAPTER, *arguments])
    assert caught.value.code == 2


def test_an_error_in_the_notebook_names_the_cell_and_keeps_what_was_run(command, capsys, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("trial,n\nA,3\n")
    assert command([CHAPTER, "-p", f"trials={own}", "-o", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert re.search(rf"{CHAPTER} stopped in cell \d+: InputError: ", told)
    kept = tmp_path / "out" / f"{SLUG}.failed.ipynb"
    assert str(kept) in told
    assert json.loads(kept.read_text())["cells"]


def test_a_folder_that_is_a_file_is_named(command, capsys, tmp_path):
    (tmp_path / "taken").write_text("")
    assert command([CHAPTER, "-o", str(tmp_path / "taken")]) == 2
    assert "cannot be written" in capsys.readouterr().err


EXAMPLE = re.compile(r"scripts/run\.py ([^\n`]+ -p [^\n`]+)")


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_the_command_that_a_chapter_shows_can_be_given(command, monkeypatch, path):
    monkeypatch.setattr(
        Project, "run", lambda self, request, **_: pytest.fail(f"as asked: {request.changed}")
    )
    text = "\n".join(source_of(cell) for cell in read_notebook(path)["cells"])
    for line in EXAMPLE.findall(text):
        arguments = shlex.split(line)
        assert arguments[0] == path.relative_to(ROOT / "book").with_suffix("").as_posix()
        with pytest.raises(pytest.fail.Exception, match="as asked: {'"):
            command(arguments)
    assert "papermill " not in text


def test_marks_become_words():
    text = (
        "See {claim}`0.398 <zuma7-efs-hr>` and {glue:text}`share:.0f` % {cite:p}`shen2025`, "
        "{glue:text}`gone`.\n\n:::{admonition} Note\n:class: estimand\nIn it.\n:::\n\n"
        ":::{dropdown} Solution\nHere: [page](../x.md), [site](https://a.org/).\n:::\n"
    )
    plain = plain_markdown(text, {"share": 54.4})
    assert plain.startswith("See 0.398 and 54 % [shen2025], (not recorded).")
    assert '<div class="note">\n\n**Note**\n\nIn it.\n\n</div>' in plain
    assert "<details><summary>Solution</summary>\n\nHere: page, [site](https://a.org/).\n\n</details>" in plain


def test_every_kind_of_output_is_shown_and_nothing_is_run():
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["a < b\n"]},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mE: v & w\x1b[0m"]},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "aGk=\n"}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": ["<svg>", "</svg>"]}},
        {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "**bold**"}},
        {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "<x>"}},
        {"output_type": "display_data", "data": {MIME: "1"}, "metadata": {"scrapbook": {"name": "n"}}},
    ]
    cell = {"cell_type": "code", "source": ["1 < 2"], "metadata": {"tags": ["hide-input"]}}
    cells = [
        {**cell, "outputs": outputs},
        {"cell_type": "markdown", "metadata": {}, "source": "Cost 5 $ and `$x$`, $\\frac{1}{2}$, $\\nosuch{$"},
    ]
    page = standalone_page({"cells": cells}, "A & B")
    for shown in (
        "<title>A &amp; B</title>", "a &lt; b", "E: v &amp; w", "data:image/png;base64,aGk=\"",
        "data:image/svg+xml;base64,", "<strong>bold</strong>", "&lt;x&gt;", "1 &lt; 2",
        "<details><summary>Code</summary>", "<code>$x$</code>", "<mfrac>",
    ):  # fmt: skip
        assert shown in page, shown
    assert "\x1b" not in page and "record/" not in page


def test_comparisons_see_what_came_and_went():
    before = {"results": {"a": 1.0, "b": float("nan")}, "packages": {"x": "1", "y": "1"}}
    after = {"results": {"a": 1.0, "b": None, "c": 2}, "packages": {"x": "1", "z": "1"}, "python": "3"}
    found = compare_runs(before, after)
    assert found.results == ("c: not recorded, now 2",)
    assert found.surroundings == ("Python: None, now 3", "package y: gone", "package z: new")
    assert not found.agree and found.n == 2
    assert compare_runs(before, before).agree
