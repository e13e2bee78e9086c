"""Cells that keep their output in the notebook still give it."""

import json
from itertools import chain

import pytest
from conftest import ROOT, notebooks

MARK = "NBVAL_CHECK_OUTPUT"


def checked(path) -> dict[str, list]:
    """Return what the marked cells of a notebook show, by their ids, without their pictures."""
    return {
        cell["id"]: [shown(output) for output in cell["outputs"]]
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code" and MARK in "".join(cell["source"])
    }


def shown(output) -> tuple:
    """Return an output's kind and texts."""
    data = output.get("data", {"stream": output.get("text", "")})
    texts = {kind: "".join(text) for kind, text in data.items() if not kind.startswith("image/")}
    return output["output_type"], texts


KEPT = {path: cells for path in notebooks() if (cells := checked(path))}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_kept_outputs_are_those_of_a_run(chapter_runner, path):
    assert all(KEPT[path].values()), "a marked cell keeps no output"
    assert checked(chapter_runner(path.relative_to(ROOT))()) == KEPT[path]


def test_several_chapters_keep_outputs():
    assert len(KEPT) >= 7
    assert len(list(chain.from_iterable(KEPT.values()))) >= 8
