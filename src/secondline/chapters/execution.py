"""Run the book's notebooks with papermill, and only those that changed."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import yaml

from secondline.errors import InputError
from secondline.external import data_folder

# A chapter may read any of these; a change in one runs every chapter again.
INPUTS = ("src/secondline", "data", "seeds", "tests/reference", "requirements.lock")


@dataclass(frozen=True)
class ChapterRun:
    """One chapter of a build.

    Attributes
    ----------
    name : str
        Path below the book folder, without its ending.
    seconds : float
        Wall time; 0 for a page without code.
    status : str
        "run", "cached" or "page" (no code to execute).
    """

    name: str
    seconds: float
    status: str


class ChapterError(Exception):
    """A notebook could not be run to its end; the message names the chapter and says why."""


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


def execute_book(root: Path, *, force: bool = False) -> Iterator[ChapterRun]:
    """Fill ``_build/executed`` with executed copies of the book, chapter by chapter.

    Parameters
    ----------
    root : Path
        The project's folder.
    force : bool
        Execute notebooks even if nothing changed.

    Yields
    ------
    ChapterRun
        As each chapter is finished.

    Raises
    ------
    ChapterError
        If a notebook cannot be read, stops, or its kernel dies. The partly executed notebook stays in ``_build/failed``;
        chapters finished before it stay in the cache.
    """
    book, target, cache = root / "book", root / "_build/executed", root / "_build/cache"
    cache.mkdir(parents=True, exist_ok=True)
    names = chapter_names(book)
    _copy_pages(book, target)
    shutil.copy2(root / "seeds/references.bib", target / "references.bib")
    surroundings, downloads = _surroundings(root), downloaded_state()
    used = set()
    for name in names:
        source = chapter_file(book, name)
        if source.suffix != ".ipynb":
            yield ChapterRun(name, 0.0, "page")
            continue
        start = time.perf_counter()
        key = cache / f"{_notebook_key(source, surroundings, downloads)}.ipynb"
        used.add(key)
        status = "cached"
        if force or not key.is_file():
            status = "run"
            _execute(source, key, root / "_build/failed" / f"{name}.ipynb", name)
        shutil.copyfile(key, target / f"{name}.ipynb")
        yield ChapterRun(name, time.perf_counter() - start, status)
    for stale in set(cache.glob("*.ipynb")) - used:
        stale.unlink()


def folder_hash(*paths: Path) -> str:
    """Return the SHA-256 of files and folders: names and contents, without caches."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" in file.parts or ".ipynb_checkpoints" in file.parts:
                continue
            digest.update(str(file.relative_to(path.parent)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def installed_versions() -> str:
    """Return Python's version and that of every installed distribution, as one text."""
    distributions = sorted(
        f"{d.metadata['Name']}=={d.version}" for d in metadata.distributions() if d.metadata
    )
    return "\n".join([sys.version, *dict.fromkeys(distributions)])


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


def downloaded_state() -> str:
    """Return which downloaded data are there, and what they hold, as one text."""
    folder = data_folder()
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    return "".join(folder_hash(file) for file in files)


def _surroundings(root: Path) -> str:
    parts = [root / part for part in INPUTS if (root / part).exists()]
    # downloaded data count only for the chapters that read them
    inputs = [
        file
        for part in parts
        for file in (sorted(part.iterdir()) if part.name == "data" else [part])
        if file != root / "data/external"
    ]
    return folder_hash(*inputs) + hashlib.sha256(installed_versions().encode()).hexdigest()


def _notebook_key(source: Path, surroundings: str, downloads: str = "") -> str:
    try:
        notebook = json.loads(source.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ChapterError(f"{source.name} is no readable notebook: {error}.") from error
    # outputs kept for nbval are not part of what is run
    cells = [
        [cell["cell_type"], "".join(cell["source"]), cell.get("metadata", {})]
        for cell in notebook["cells"]
    ]
    if any(kind == "code" and "external" in text for kind, text, _ in cells):
        surroundings += downloads
    text = json.dumps([source.name, cells, surroundings], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _execute(source: Path, target: Path, failed: Path, name: str) -> None:
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    from secondline.chapters.warm import manager_class

    partial = target.with_suffix(".partial.ipynb")
    try:
        papermill.execute_notebook(
            str(source),
            str(partial),
            cwd=str(source.parent),
            kernel_name="python3",
            progress_bar=False,
            # the notebook is done; a graceful end would interrupt the kernel, which complains
            shutdown_kernel="immediate",
            # others on this machine cannot listen to the kernel, and it does not warn of them
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
            **manager_class(),
        )
    except Exception as error:
        if isinstance(error, PapermillExecutionError):
            what = f"stopped in cell {error.cell_index}: {error.ename}: {error.evalue}"
        else:
            # a kernel that dies or does not start, a timeout, a full disk
            said = str(error).strip() or "no reason given"
            what = f"could not be run to its end: {type(error).__name__}: {said}"
        if partial.is_file():
            failed.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(failed)
            what += f"\nThe partly executed notebook is {failed}."
        raise ChapterError(f"{name} {what}") from error
    notebook = nbformat.read(partial, as_version=4)
    _forget_run(notebook)
    nbformat.write(notebook, partial)
    # a build that is interrupted leaves no half-written notebook in the cache
    os.replace(partial, target)


def _forget_run(notebook) -> None:
    """Remove times and paths, so that the same input gives the same bytes."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
