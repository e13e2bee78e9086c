"""What several test files share."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def reference() -> dict:
    """Values from R, and the versions that made them."""
    return json.loads((ROOT / "tests/reference/proportions.json").read_text(encoding="utf-8"))


def notebooks() -> list[Path]:
    """All notebooks of the book."""
    return sorted(
        path
        for path in (ROOT / "book").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    )
