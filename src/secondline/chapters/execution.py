"""Run the book's notebooks, and only those that changed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from secondline.chapters.notebooks import json_bytes, write_whole
from secondline.chapters.project import ChapterRun, Project
from secondline.chapters.running import ChapterError
from secondline.errors import InputError


def chapter_names(book: Path) -> list[str]:
    """Return the chapters of ``_toc.yml`` in reading order.

    Raises
    ------
    InputError
        If a chapter's file does not exist.
    """
    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *_files(toc)]
    for name in names:
        chapter_file(book, name)
    return names


def chapter_file(book: Path, name: str) -> Path:
    """Return a chapter's notebook or Markdown file."""
    for ending in (".ipynb", ".md"):
        path = book / f"{name}{ending}"
        if path.is_file():
            return path
    raise InputError(f"_toc.yml names {name!r}, but book/{name}.ipynb and .md do not exist.")


def execute_book(root: Path, *, force: tuple[str, ...] | bool = False) -> Iterator[ChapterRun]:
    """Fill ``_build/executed`` with executed copies of the book, chapter by chapter.

    Parameters
    ----------
    root : Path
        The project's folder.
    force : bool or tuple of str
        Chapters to execute even if nothing changed; True for all.

    Yields
    ------
    ChapterRun
        As each chapter is finished.

    Raises
    ------
    ChapterError
        If a notebook stops, or its kernel dies. The partly executed notebook stays in
        ``_build/failed``; chapters finished before it are kept.
    InputError
        If a notebook cannot be read, its parameters cannot be used, or a chapter to force
        does not exist.
    """
    book, target = root / "book", root / "_build/executed"
    names = chapter_names(book)
    unknown = [] if isinstance(force, bool) else sorted(set(force) - set(names))
    if unknown:
        raise InputError(f"There is no chapter {unknown[0]!r}; _toc.yml has {', '.join(names)}.")
    project = Project(root)
    _copy_pages(book, target)
    shutil.copy2(root / "seeds/references.bib", target / "references.bib")
    for name in names:
        if chapter_file(book, name).suffix != ".ipynb":
            yield ChapterRun(name, 0.0, "page")
            continue
        forced = force if isinstance(force, bool) else name in force
        try:
            run = project.run(project.defaults(name), force=forced)
        except InputError as error:
            raise ChapterError(f"{name} cannot be run: {error}") from error
        except ChapterError as error:
            raise ChapterError(
                f"{name} {error}{keep_failed(error, root / '_build/failed' / f'{name}.ipynb')}"
            ) from error
        write_whole(target / f"{name}.ipynb", run.entry.notebook)
        yield run
    project.store.tidy()


def keep_failed(error: ChapterError, path: Path) -> str:
    """Write what had been run of a notebook, and return a sentence on where it is."""
    if error.notebook is None:
        return ""
    try:
        write_whole(path, json_bytes(error.notebook))
    except InputError as unwritten:
        # it comes after what stopped the notebook, and does not hide it
        return f"\nThe partly executed notebook is not kept: {unwritten}"
    return f"\nThe partly executed notebook is {path}."


def _files(entry) -> list[str]:
    found = []
    for key in ("parts", "chapters", "sections"):
        for child in entry.get(key, ()):
            if "file" in child:
                found.append(child["file"])
            found += _files(child)
    return found


def _copy_pages(book: Path, target: Path) -> None:
    """Mirror all but the notebooks; what the book no longer has goes."""
    skip = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__", "_build")
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(book, target, ignore=skip)
