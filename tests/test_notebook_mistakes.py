"""In every chapter a mistake is one sentence, and no call stack is shown."""

import ast
import json

import pytest
from conftest import notebooks
from papermill.exceptions import PapermillExecutionError


def parameters(path) -> list[str]:
    """Names in a chapter's parameters cell."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            body = ast.parse("".join(cell["source"])).body
            return [line.target.id for line in body if isinstance(line, ast.AnnAssign)]
    return []


CHAPTERS = {f"{path.parent.name}/{path.stem}": path for path in notebooks() if parameters(path)}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_mistake_shows_one_sentence_and_no_call_stack(chapter_runner, name):
    path = CHAPTERS[name]
    names = parameters(path)
    deposited = "geo_file" in names
    wrong = {"cohort": "geo"} if deposited else {names[0]: "no such thing"}
    with pytest.raises(PapermillExecutionError) as caught:
        chapter_runner(path)(**wrong)
    assert caught.value.ename == "InputError"
    assert caught.value.traceback == [f"InputError: {caught.value.evalue}"]
    # where the deposited data are to be had, or what is wrong
    if deposited:
        assert "GSE248835" in caught.value.evalue
    else:
        assert names[0] in caught.value.evalue or "no such thing" in caught.value.evalue
