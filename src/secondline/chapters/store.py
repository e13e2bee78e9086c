"""Executed notebooks, kept under what they were made from."""

import contextlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from secondline.chapters.hashes import text_hash
from secondline.chapters.notebooks import json_bytes, without_nan, write_whole
from secondline.errors import InputError

KEPT_DAYS = 30  # without use


@dataclass(frozen=True)
class Entry:
    """One kept notebook.

    Attributes
    ----------
    notebook : bytes
        The executed notebook's file.
    manifest : dict
        What it was made from, and when.
    """

    notebook: bytes
    manifest: dict


@dataclass(frozen=True)
class Store:
    """A folder of executed notebooks; several processes may use it at once."""

    folder: Path

    def read(self, key: str) -> Entry | None:
        """Return an entry, None if there is none or it is not whole."""
        try:
            manifest = json.loads(self._manifest(key).read_text(encoding="utf-8"))
            notebook = self._notebook(key).read_bytes()
            if text_hash(notebook.decode()) != manifest["notebook_sha256"]:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(self._manifest(key))  # it was of use
        return Entry(notebook, manifest)

    def write(self, key: str, notebook: dict, manifest: dict) -> Entry:
        """Keep a notebook; the manifest comes last, so that an entry without one does not count.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        content = json_bytes(notebook)
        manifest = without_nan(manifest | {"notebook_sha256": text_hash(content.decode())})
        write_whole(self._notebook(key), content)
        write_whole(self._manifest(key), json_bytes(manifest))
        return Entry(content, manifest)

    def tidy(self) -> None:
        """Remove what nobody has used for a month."""
        oldest = time.time() - KEPT_DAYS * 24 * 3600
        for manifest in self.folder.glob("*.json"):
            with contextlib.suppress(OSError):
                if manifest.stat().st_mtime < oldest:
                    manifest.unlink()
                    manifest.with_suffix(".ipynb").unlink()

    def _manifest(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _notebook(self, key: str) -> Path:
        return self.folder / f"{key}.ipynb"


def read_manifest(path: Path) -> dict:
    """Return a manifest that :meth:`Store.write` or a command has written.

    Raises
    ------
    InputError
        If the file is missing or is none.
    """
    try:
        manifest = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The manifest {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{path} is no manifest: {error}.") from error
    if not isinstance(manifest, dict) or not {"chapter", "parameters", "results"} <= set(manifest):
        raise InputError(
            f"{path} is no manifest of a run: it lacks chapter, parameters or results."
        )
    return manifest
