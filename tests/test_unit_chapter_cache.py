"""Nothing stale is served, and nothing fresh is run again."""

import json
import os
import time

import pytest
from conftest import ROOT

from secondline.chapters.hashes import file_hash, folder_hash, listing_hash
from secondline.chapters.notebooks import read_notebook, write_whole
from secondline.chapters.project import Project, downloaded_state
from secondline.chapters.running import ChapterError, Limits
from secondline.chapters.store import Store, read_manifest
from secondline.errors import InputError


def status(root, chapter="part/one", **given):
    """What a new process would see: nothing is remembered of the sources."""
    project = Project(root)
    return project.run(project.request(chapter, given)).status


def test_what_a_chapter_uses_runs_it_again_and_nothing_else_does(made):
    root = made("from secondline import figures, proportions\nx = proportions.pool\nfigures.forest")
    assert [status(root), status(root)] == ["run", "cached"]
    sources = root / "src/secondline"
    # directly; through others; a package's first file
    for used in ("proportions/pooling.py", "intervals.py", "figures/forest.py", "__init__.py"):
        with (sources / used).open("a") as file:
            file.write("\n# changed\n")
        assert [status(root), status(root)] == ["run", "cached"], used
    for unused in ("figures/funnel.py", "trials/cox.py", "chapters/lint.py", "sequencing/access.py"):
        with (sources / unused).open("a") as file:
            file.write("\n# changed\n")
        assert status(root) == "cached", unused
    # a new figure is no reason, and a new origin of the one that is drawn is
    collected = sources / "figures/__init__.py"
    text = collected.read_text()
    (sources / "figures/more.py").write_text("def more(): pass\n")
    collected.write_text(text + "\nfrom secondline.figures.more import more\n")
    assert status(root) == "cached"
    collected.write_text(text + "\nfrom secondline.figures.more import more as forest\n")
    assert status(root) == "run"


def test_data_that_were_read_count_and_others_do_not(made):
    root = made(
        "from pathlib import Path\nhere = Path('../../data')\n"
        "record(a=(here / 'deep/a.csv').read_text(), n=len(list((here / 'deep').iterdir())))"
    )
    assert [status(root), status(root)] == ["run", "cached"]
    (root / "data/b.csv").write_text("3")
    os.utime(root / "data/deep/a.csv")
    assert status(root) == "cached"
    (root / "data/deep/a.csv").write_text("4")
    assert [status(root), status(root)] == ["run", "cached"]
    (root / "data/deep/new.csv").write_text("")
    assert [status(root), status(root)] == ["run", "cached"]
    (root / "data/deep/a.csv").unlink()
    with pytest.raises(ChapterError, match="FileNotFoundError"):
        status(root)


def test_parameters_are_told_apart_and_defaults_may_be_named(made, tmp_path):
    root = made("record(n=n, text=open(file).read() if file else '')")
    assert status(root) == "run"
    assert status(root, n=2) == "cached"
    assert status(root, n=3) == "run"
    own = tmp_path / "my own é.csv"
    own.write_text("first")
    assert [status(root, file=str(own)), status(root, file=str(own))] == ["run", "cached"]
    own.write_text("second")
    project = Project(root)
    run = project.run(project.request("part/one", {"file": str(own)}))
    assert (run.status, run.results["text"]) == ("run", "second")


def test_surroundings_count(made, monkeypatch):
    root = made("x = 1")
    assert status(root) == "run"
    (root / "requirements.lock").write_text("numpy==3\n")
    assert status(root) == "run"
    monkeypatch.setattr(Project, "versions", {"numpy": "4"})
    assert [status(root), status(root)] == ["run", "cached"]
    made("x = 1  # said")
    assert status(root) == "run"


def test_downloads_count_for_those_who_may_read_them(made, monkeypatch, tmp_path):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path / "downloads"))
    root = made("x = 1")
    made("from secondline import external\nexternal.available()", "part/two")
    assert [status(root), status(root, "part/two")] == ["run", "run"]
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/a.tsv").write_text("1")
    assert [status(root), status(root, "part/two")] == ["cached", "run"]


def test_a_magic_could_use_anything(made):
    root = made("%time x = 1")
    assert Project(root).modules("part/one") == frozenset(Project(root).library.files)


def test_outputs_and_kept_files_hold_no_trace_of_the_run(made):
    root = made("record(n=n, missing=float('nan'))")
    project = Project(root)
    first = project.run(project.request("part/one", {"n": 4}))
    again = project.run(project.request("part/one", {"n": 4}), force=True)
    assert (again.status, again.entry.notebook) == ("run", first.entry.notebook)
    assert str(root) not in first.entry.notebook.decode()
    # the manifest is JSON that every reader takes
    (manifest,) = (root / "_build/cache").glob("*.json")
    kept = json.loads(manifest.read_text(), parse_constant=pytest.fail)
    assert kept["results"] == {"n": 4, "missing": None}
    assert kept["parameters"] == {"n": 4, "file": ""} and kept["changed"] == ["n"]
    assert not [p for p in (root / "_build/cache").iterdir() if p.suffix not in (".json", ".ipynb")]


def test_text_printed_in_a_row_is_one_output(made):
    """However it was cut on its way from the kernel, and where a figure left it."""
    root = made(
        "from IPython.display import Markdown\n"
        "import sys\n"
        "print('a', flush=True); print('b', end=''); sys.stdout.flush(); print()\n"
        "display(Markdown('c'))\n"
        "print('d', flush=True); print('e', flush=True)\n"
        "sys.stderr.write('f'); sys.stderr.flush()\n"
        "record(n=n)"
    )
    project = Project(root)
    notebook = json.loads(project.run(project.request("part/one", {})).entry.notebook)
    outputs = notebook["cells"][-1]["outputs"]
    assert [(o["output_type"], o.get("text")) for o in outputs] == [
        ("stream", "a\nb\n"), ("display_data", None), ("stream", "d\ne\n"), ("stream", "f"),
        ("display_data", None),
    ]  # fmt: skip


def test_entries_that_are_not_whole_do_not_count(made):
    root = made("record(n=n)")
    for broken in (b"", b"{", b"[]", b'{"format": 1}'):
        assert status(root) == "run"
        (manifest,) = (root / "_build/cache").glob("*.json")
        manifest.write_bytes(broken)
    assert status(root) == "run"
    (notebook,) = (root / "_build/cache").glob("*.ipynb")
    notebook.write_bytes(notebook.read_bytes()[:-20])
    assert [status(root), status(root)] == ["run", "cached"]


def test_a_mistake_is_told_before_a_kernel_starts(made, monkeypatch, tmp_path):
    root = made("x = 1")
    monkeypatch.setattr("secondline.chapters.running.import_papermill", lambda: pytest.fail("started"))
    for given, sentence in (
        ({"n": 10}, "n is 10; it must be a whole number from 1 to 9."),
        ({"m": 1}, "part/one has no parameter 'm'"),
        ({"file": str(tmp_path / "no.csv")}, "there is no such file"),
    ):
        with pytest.raises(InputError, match=sentence):
            status(root, **given)
    for name in ("part/three", "../../outside", "", "/part/one"):
        with pytest.raises(InputError, match="There is no chapter .*; the chapters are part/one"):
            status(root, name)


def test_failures_are_told_and_not_kept(made):
    root = made("import os, signal\nif n > 5: os.kill(os.getpid(), signal.SIGKILL)\n1 / 0")
    for n, repeatable, sentence in (
        (1, True, "stopped in cell 3: ZeroDivisionError"),
        (9, False, "DeadKernelError"),
    ):
        with pytest.raises(ChapterError, match=sentence) as caught:
            status(root, n=n)
        assert caught.value.repeatable is repeatable
        # what had been run is not lost
        assert "injected-parameters" in json.dumps(caught.value.notebook)
    assert not list((root / "_build").rglob("*.json"))


def test_time_and_memory_have_limits(made):
    root = made("import numpy\nif n == 1: x = numpy.ones(10**9)\nimport time\ntime.sleep(60)")
    project = Project(root)
    start = time.monotonic()
    with pytest.raises(ChapterError, match="took more than 2 seconds for one cell") as caught:
        project.run(project.request("part/one", {}), limits=Limits(cell_seconds=2))
    assert not caught.value.repeatable
    assert time.monotonic() - start < 30
    with pytest.raises(ChapterError, match="MemoryError") as caught:
        project.run(project.request("part/one", {"n": 1}), limits=Limits(memory=2 * 1024**3))
    assert not caught.value.repeatable


def test_a_folder_that_cannot_be_written_is_named(made, monkeypatch):
    root = made("x = 1")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        status(root)
    monkeypatch.undo()
    assert not list((root / "_build/cache").iterdir())


def test_files_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new/a.json"
    write_whole(path, b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(5, "gone")))
    with pytest.raises(InputError, match="a.json cannot be written: gone"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]
    assert path.stat().st_mode & 0o077 == 0o044


def test_what_nobody_has_used_for_a_month_goes(tmp_path):
    store = Store(tmp_path)
    for key in ("old", "used", "new"):
        store.write(key, {"cells": []}, {"results": {}})
    long_ago = time.time() - 40 * 24 * 3600
    for key in ("old", "used"):
        os.utime(tmp_path / f"{key}.json", (long_ago, long_ago))
    assert store.read("used").manifest["results"] == {}
    store.tidy()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "new.ipynb", "new.json", "used.ipynb", "used.json",
    ]  # fmt: skip


def test_manifests_that_are_none_are_refused(tmp_path):
    path = tmp_path / "m.json"
    with pytest.raises(InputError, match="m.json cannot be read"):
        read_manifest(path)
    for content in ("{", "[]", '{"chapter": "a"}'):
        path.write_text(content)
        with pytest.raises(InputError, match="m.json is no manifest"):
            read_manifest(path)


def test_hashes_see_contents_and_names(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.csv").write_text("1", encoding="utf-8")
    first, listed = folder_hash(folder), listing_hash(folder)
    (folder / "a.csv").write_text("2", encoding="utf-8")
    second = folder_hash(folder)
    assert listing_hash(folder) == listed
    (folder / "a.csv").rename(folder / "b.csv")
    assert len({first, second, folder_hash(folder)}) == 3
    assert listing_hash(folder) != listed
    assert file_hash(folder / "no.csv") == listing_hash(tmp_path / "no") == ""
    # downloads
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path / "none"))
    assert downloaded_state() == ""
    monkeypatch.setenv("SECONDLINE_DATA", str(folder))
    assert downloaded_state() != ""


def test_the_manifest_says_what_a_chapter_was_made_from():
    project = Project(ROOT)
    chapter = "bispecifics/pooled-response"
    manifest = project.run(project.defaults(chapter)).entry.manifest
    assert manifest["data"]["data/bispecific_trials.csv"] == file_hash(
        ROOT / "data/bispecific_trials.csv"
    )
    assert "secondline.proportions.pooling" in manifest["library"]
    assert "secondline.trials.cox" not in manifest["library"]
    assert manifest["results"]["k"] == 5
    assert manifest["packages"]["numpy"]
    assert not [name for name in manifest["data"] if name.startswith("/")]
    assert read_notebook(project.notebook(chapter))
