"""Two builds, a build that breaks off, and a kernel that dies."""

import subprocess
import sys

import pytest
from conftest import ROOT, alone, write_notebook

from secondline.chapters.building import put_in_place, restore, sole_build
from secondline.chapters.execution import ChapterError, execute_book
from secondline.errors import InputError


def test_a_second_build_is_refused_while_the_first_runs(tmp_path):
    with sole_build(tmp_path / "_build"):
        with pytest.raises(InputError, match="Another build is running in .*_build; wait"):
            with sole_build(tmp_path / "_build"):
                pytest.fail("two builds at once")
        # another folder is another build
        with sole_build(tmp_path / "other"):
            pass
    with sole_build(tmp_path / "_build"):
        pass


def test_a_build_that_was_killed_leaves_no_lock(tmp_path):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from secondline.chapters.building import sole_build\n"
        "with sole_build(Path(sys.argv[1])): os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)])
    assert done.returncode == 9
    with sole_build(tmp_path):
        pass


def test_the_command_says_that_another_build_is_running():
    with alone(ROOT / "_build"):
        done = subprocess.run(
            [sys.executable, str(ROOT / "scripts/build.py")], capture_output=True, text=True
        )
    assert done.returncode == 1
    assert "The book was not built. Another build is running" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def site(tmp_path):
    for name in ("html", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    return tmp_path


def shown(folder):
    return (folder / "html/index.html").read_text()


def test_the_new_site_takes_the_place_of_the_old(site):
    put_in_place(site / "new", site / "html")
    assert shown(site) == "new"
    assert sorted(p.name for p in site.iterdir()) == ["html"]


def test_without_an_old_site_the_new_one_is_put_there(tmp_path):
    (tmp_path / "new").mkdir()
    put_in_place(tmp_path / "new", tmp_path / "html")
    assert (tmp_path / "html").is_dir()


def test_the_old_site_stands_again_if_the_new_one_cannot_be_moved(site):
    with pytest.raises(OSError):
        put_in_place(site / "no-such-folder", site / "html")
    assert shown(site) == "html"


def test_a_site_set_aside_by_a_build_that_broke_off_is_brought_back(site):
    (site / "html").rename(site / "html.old")
    restore(site / "html")
    assert shown(site) == "html"
    # what stands in its place is never overwritten
    (site / "new").rename(site / "html.old")
    restore(site / "html")
    assert shown(site) == "html"
    assert (site / "html.old").is_dir()


@pytest.fixture
def small_book(tmp_path):
    """A book of one chapter; returns a function that writes its one code cell."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/references.bib").write_text("")
    (tmp_path / "book").mkdir()
    (tmp_path / "book/_toc.yml").write_text("format: jb-book\nroot: chapter\n")

    def write(source):
        write_notebook(tmp_path / "book/chapter.ipynb", source)
        return tmp_path

    return write


def test_a_dying_kernel_names_its_chapter(small_book):
    root = small_book("import os; os._exit(1)")
    with pytest.raises(ChapterError, match="chapter could not be run to its end: DeadKernelError"):
        list(execute_book(root))
    # mended, it runs
    (run,) = execute_book(small_book("x = 1"))
    assert run.status == "run"


def test_a_failing_cell_names_its_chapter_and_cell(small_book):
    with pytest.raises(ChapterError, match="chapter stopped in cell 0: ZeroDivisionError") as caught:
        list(execute_book(small_book("1 / 0")))
    assert "The partly executed notebook is" in str(caught.value)


@pytest.mark.parametrize("error", [TimeoutError("no answer in time"), OSError(28, "No space left")])
def test_whatever_stops_papermill_names_the_chapter(small_book, monkeypatch, error):
    def stop(*_, **__):
        raise error

    monkeypatch.setattr("papermill.execute_notebook", stop)
    with pytest.raises(ChapterError, match=f"chapter could not be run .* {type(error).__name__}: "):
        list(execute_book(small_book("x = 1")))


def test_a_notebook_that_is_none_is_named(small_book):
    root = small_book("x = 1")
    (root / "book/chapter.ipynb").write_text("{")
    with pytest.raises(ChapterError, match="chapter.ipynb is no readable notebook"):
        list(execute_book(root))
