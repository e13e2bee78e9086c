"""A chapter of the project, run under parameters, or taken from what was run before."""

import json
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from secondline.chapters.checks_cell import check_chapter
from secondline.chapters.hashes import file_hash, folder_hash, listing_hash, text_hash
from secondline.chapters.imports import Library
from secondline.chapters.notebooks import PARAMETERS_TAG, read_notebook, source_of, tags_of, title_of
from secondline.chapters.parameters_cell import Parameter, chosen_values, read_parameters
from secondline.chapters.recording import read_recorded
from secondline.chapters.running import Limits, run_notebook
from secondline.chapters.store import Entry, Store
from secondline.chapters.tracing import LISTED
from secondline.errors import InputError
from secondline.paths import data_folder

# of what is noted down of a run; another one makes every chapter run again
FORMAT = 1
# where chapters read what is not Python
WATCHED = ("data", "seeds", "tests/reference", "src/secondline", "book")


@dataclass(frozen=True)
class Request:
    """A chapter and the values of all its parameters, found to be allowed.

    Attributes
    ----------
    chapter : str
        Path below the book's folder, without its ending.
    values : dict
    changed : dict
        Those that are not the chapter's own defaults.
    """

    chapter: str
    values: dict
    changed: dict


@dataclass(frozen=True)
class ChapterRun:
    """One chapter that was run, or taken from the store.

    Attributes
    ----------
    name : str
    seconds : float
        Wall time of this call.
    status : str
        "run", "cached", or "page" (no code to execute).
    entry : Entry or None
        The executed notebook and its manifest; None for a page.
    """

    name: str
    seconds: float
    status: str
    entry: Entry | None = None

    @property
    def results(self) -> dict:
        """What the chapter recorded, with None for numbers that are none."""
        return self.entry.manifest["results"]

    @property
    def title(self) -> str:
        """Its first heading."""
        return title_of(json.loads(self.entry.notebook), self.name)


@dataclass(frozen=True)
class Project:
    """A checkout, as it is when the object is made.

    Attributes
    ----------
    root : Path
    """

    root: Path

    @cached_property
    def library(self) -> Library:
        """The sources that chapters import."""
        return Library(self.root / "src/secondline")

    @cached_property
    def versions(self) -> dict[str, str]:
        """The installed distributions, from the names of their folders: reading each one's
        description would take longer than all else.
        """
        folders = [p.stem for place in sys.path for p in Path(place or ".").glob("*.dist-info")]
        # where two are found, the first one is imported
        return dict(sorted((name.rpartition("-")[::2] for name in reversed(folders))))

    @cached_property
    def commit(self) -> str:
        """The commit, with ``+`` if files differ from it; empty outside of a clone."""
        try:
            commit, changes = (
                subprocess.run(
                    ["git", *command], cwd=self.root, capture_output=True, text=True, check=True
                ).stdout.strip()
                for command in (("rev-parse", "HEAD"), ("status", "--porcelain", "-uno"))
            )
        except (OSError, subprocess.CalledProcessError):
            return ""
        return commit + "+" * bool(changes)

    @cached_property
    def store(self) -> Store:
        """Where executed notebooks are kept."""
        return Store(self.root / "_build/cache")

    def notebook(self, chapter: str) -> Path:
        """Return a chapter's file.

        Raises
        ------
        InputError
            If there is no such chapter.
        """
        book = (self.root / "book").resolve()
        path = (book / f"{chapter}.ipynb").resolve()
        if not chapter or not path.is_file() or book not in path.parents:
            raise InputError(
                f"There is no chapter {chapter!r}; the chapters are {', '.join(self.chapters)}."
            )
        return path

    @property
    def chapters(self) -> list[str]:
        """The names of all notebooks of the book."""
        book = self.root / "book"
        return sorted(
            path.relative_to(book).with_suffix("").as_posix()
            for path in book.rglob("*.ipynb")
            if not {".ipynb_checkpoints", "_build"} & set(path.parts)
        )

    def request(self, chapter: str, given: dict) -> Request:
        """Check values for a chapter, without starting a kernel.

        Raises
        ------
        InputError
            If the chapter or a parameter does not exist, a value is not allowed, or a file
            that is named is missing.
        """
        path, parameters = self.notebook(chapter), self.parameters(chapter)
        if given and not parameters:
            read_parameters(path)  # says what is missing
        values = chosen_values(parameters, given, chapter)
        for name, parameter in parameters.items():
            if parameter.is_path and values[name] and not Path(values[name]).is_file():
                raise InputError(f"{name} is {values[name]!r}; there is no such file.")
        fault = check_chapter(path, values).fault
        if fault:
            raise InputError(fault)
        return self.unchecked(chapter, values)

    def defaults(self, chapter: str) -> Request:
        """Return a chapter as it stands; its own check comes when it is run."""
        return self.unchecked(chapter, {})

    def unchecked(self, chapter: str, given: dict) -> Request:
        """Return a chapter under values that only its own check will look at."""
        own = {name: parameter.default for name, parameter in self.parameters(chapter).items()}
        # True is 1 in Python, and here it is not
        changed = {n: v for n, v in given.items() if (v, type(v)) != (own[n], type(own[n]))}
        return Request(chapter, own | given, changed)

    def parameters(self, chapter: str) -> dict[str, Parameter]:
        """Return a chapter's parameters; none if no cell has their tag."""
        return self._known_parameters(chapter)

    def modules(self, chapter: str) -> frozenset[str]:
        """Return the modules of the library that a chapter uses."""
        return self._known_modules(chapter)

    def key(self, request: Request) -> str:
        """Return what stands for all that a run depends on, but for the data it reads."""
        modules = self.modules(request.chapter)
        text = json.dumps(
            [
                FORMAT,
                request.chapter,
                self._known_cells(request.chapter),
                sorted(request.values.items()),
                self.own_files(request),
                self.library.fingerprint(modules),
                self._installed,
                downloaded_state() if reads_downloads(modules) else "",
            ],
            sort_keys=True,
        )
        return text_hash(text)

    def own_files(self, request: Request) -> dict[str, str]:
        """Return the hash of each file of the reader's own, by the parameter that names it."""
        parameters = self.parameters(request.chapter)
        return {
            name: file_hash(Path(request.values[name]))
            for name, parameter in parameters.items()
            if parameter.is_path and request.values[name]
        }

    def look_up(self, key: str) -> Entry | None:
        """Return what is kept, if the data that it read are still the same."""
        entry = self.store.read(key)
        if entry is None or entry.manifest.get("format") != FORMAT:
            return None
        read = entry.manifest["data"], entry.manifest["folders"]
        same = all(
            of(self._place(name)) == was
            for kept, of in zip(read, (file_hash, listing_hash), strict=True)
            for name, was in kept.items()
        )
        return entry if same else None

    def run(
        self, request: Request, *, force: bool = False, limits: Limits = Limits()
    ) -> ChapterRun:
        """Return a chapter under parameters, from the store or from a kernel.

        Raises
        ------
        ChapterError
            If the notebook stops, its kernel dies, or a limit is reached.
        InputError
            If the result cannot be kept.
        """
        start = time.perf_counter()
        key = self.key(request)
        entry = None if force else self.look_up(key)
        status = "cached" if entry else "run"
        if entry is None:
            entry = self.keep(request, key, self.execute(request.chapter, request.changed, limits))
        return ChapterRun(request.chapter, time.perf_counter() - start, status, entry)

    def execute(self, chapter: str, changed: dict, limits: Limits) -> dict:
        """Run a chapter in a kernel.

        Parameters
        ----------
        chapter : str
        changed : dict
            Values of parameters that are not the chapter's own defaults.
        limits : Limits

        Returns
        -------
        dict
            Plain data for :meth:`keep`: the executed notebook, and of the manifest what only
            the place of the run knows.

        Raises
        ------
        ChapterError
            If the notebook stops, its kernel dies, or a limit is reached.
        """
        path = self.notebook(chapter)
        started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        done = run_notebook(
            path,
            changed,
            folder=path.parent,
            limits=limits,
            watched=tuple((self.root / part).resolve() for part in WATCHED)
            + (data_folder().resolve(),),
        )
        files = {Path(p) for kind, p in done.opened if kind != LISTED}
        folders = {Path(p) for kind, p in done.opened if kind == LISTED}
        return {
            "notebook": done.notebook,
            "started": started,
            "seconds": round(done.seconds, 3),
            "python": sys.version.split()[0],
            "platform": platform.platform(),
            "packages": self.versions,
            "data": {
                self.name(p): file_hash(p)
                for p in sorted(files)
                if p.suffix not in (".py", ".pyc", ".ipynb") and p.is_file()
            },
            "folders": {
                self.name(p): listing_hash(p)
                for p in sorted(folders)
                if (self.root / "src") not in p.parents
            },
        }

    def keep(self, request: Request, key: str, run: dict) -> Entry:
        """Put a run into the store, under its key.

        Parameters
        ----------
        request : Request
        key : str
        run : dict
            From :meth:`execute`, here or on another machine.

        Raises
        ------
        InputError
            If the store cannot be written to.
        """
        known = {name: value for name, value in run.items() if name != "notebook"}
        manifest = {
            "format": FORMAT,
            "key": key,
            "chapter": request.chapter,
            "parameters": request.values,
            "changed": sorted(request.changed),
            "seeds": {n: v for n, v in request.values.items() if n.split("_")[-1] == "seed"},
            "commit": self.commit,
            "lock_sha256": file_hash(self.root / "requirements.lock"),
            "notebook_source_sha256": file_hash(self.notebook(request.chapter)),
            "library": self.library.hashes(self.modules(request.chapter)),
            "own_files": self.own_files(request),
            **known,
            "results": read_recorded(run["notebook"]),
        }
        return self.store.write(key, run["notebook"], manifest)

    def name(self, path: Path) -> str:
        """Return a file's path below the project's folder; of one elsewhere, its whole path."""
        root = self.root.resolve()
        return path.relative_to(root).as_posix() if root in path.parents else str(path)

    def _place(self, name: str) -> Path:
        return self.root.resolve() / name

    # There may be many variants of a chapter, so what is known of it is read once.

    @cached_property
    def _known_parameters(self):
        def read(chapter: str) -> dict[str, Parameter]:
            path = self.notebook(chapter)
            tagged = any(PARAMETERS_TAG in tags_of(c) for c in read_notebook(path)["cells"])
            return read_parameters(path) if tagged else {}

        return cache(read)

    @cached_property
    def _known_cells(self):
        def read(chapter: str) -> list:
            # outputs kept for comparison are not part of what is run
            return [
                [cell["cell_type"], source_of(cell), cell.get("metadata", {})]
                for cell in read_notebook(self.notebook(chapter))["cells"]
            ]

        return cache(read)

    @cached_property
    def _known_modules(self):
        def read(chapter: str) -> frozenset[str]:
            cells = self._known_cells(chapter)
            return self.library.modules_used(text for kind, text, _ in cells if kind == "code")

        return cache(read)

    @cached_property
    def _installed(self) -> str:
        lock = file_hash(self.root / "requirements.lock")
        return text_hash(json.dumps([sys.version, lock, self.versions]))


def downloaded_state() -> str:
    """Return which downloaded data are there, and what they hold, as one text."""
    folder = data_folder()
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    return "".join(folder_hash(file) for file in files)


def reads_downloads(modules) -> bool:
    """Tell whether any of these modules of the library reads downloaded data."""
    return any(name.startswith("secondline.external") for name in modules)
