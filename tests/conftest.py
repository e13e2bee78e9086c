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


def run_in_process(path: Path, **parameters) -> None:
    """Run a chapter's code cells here, with other parameters, until one of them raises.

    For settings that must stop a chapter: it saves the seconds in which a kernel starts.
    """
    namespace: dict = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), str(path), "exec"), namespace)
            if "parameters" in cell["metadata"].get("tags", []):
                unknown = set(parameters) - set(namespace)
                assert not unknown, f"{path.name} has no parameter {unknown}"
                namespace |= parameters
