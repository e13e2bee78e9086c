"""Fingerprints of files and folders."""

import hashlib
from functools import lru_cache
from pathlib import Path

PASSED_OVER = ("__pycache__", ".ipynb_checkpoints")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, empty if there is none; one that has not changed is not
    read twice.
    """
    try:
        state = path.stat()
        return _hash_at(path, state.st_mtime_ns, state.st_size, state.st_ino)
    except OSError:
        return ""


def listing_hash(folder: Path) -> str:
    """Return the SHA-256 of a folder's list of names, empty if there is none."""
    try:
        names = sorted(p.name for p in folder.iterdir() if p.name not in PASSED_OVER)
    except OSError:
        return ""
    return text_hash("\n".join(names))


def folder_hash(*paths: Path) -> str:
    """Return the SHA-256 of files and folders: names and contents, without caches."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if not set(PASSED_OVER) & set(file.parts):
                digest.update(f"{file.relative_to(path.parent)} {file_hash(file)}\n".encode())
    return digest.hexdigest()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=100_000)
def _hash_at(path: Path, *_state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
