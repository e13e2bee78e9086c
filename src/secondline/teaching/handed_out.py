"""A chapter as a notebook for learners, without solutions, and for teachers, with notes."""

import ast
import copy
import re
from dataclasses import dataclass

from secondline.chapters.notebooks import PARAMETERS_TAG, source_of, tags_of, title_of
from secondline.errors import InputError
from secondline.teaching.exercises import (
    CHECK, EXERCISE_TAG, EXERCISES, SOLUTION_TAG, TEACHER_TAG, Exercise, assigned, solution_names)  # fmt: skip
from secondline.teaching.marks import plain_text

HIDDEN_TAGS = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
_COLLAPSED = "jp-MarkdownHeadingCollapsed"
_BOTTOM_LINE = re.compile(r"^:::\{admonition\} Bottom line\n.*?^:::$\n*", re.M | re.S)


@dataclass(frozen=True)
class Chapter:
    """A chapter as it is taught.

    Attributes
    ----------
    name : str
    notebook : dict
        As it stands in the book.
    executed : dict
        With outputs, under its own settings.
    results : dict
        What it recorded.
    exercises : list of Exercise
    """

    name: str
    notebook: dict
    executed: dict
    results: dict
    exercises: list[Exercise]

    @property
    def slug(self) -> str:
        """Its name as a file's."""
        return self.name.replace("/", "-")

    @property
    def title(self) -> str:
        """Its first heading."""
        return title_of(self.notebook, self.name)

    def exercise(self, name: str) -> Exercise:
        """Return an exercise by its name; a kit has made sure that it is there."""
        return next(one for one in self.exercises if one.name == name)


def learner_notebook(chapter: Chapter, *, sections: set[str], head: str) -> dict:
    """Return a notebook without solutions, with a check for each answer.

    Parameters
    ----------
    chapter : Chapter
    sections : set of str
        Headings that the session uses; the others are there, folded. None given: all open.
        With the exercises among them the bottom line is left out: it holds answers.
    head : str
        Markdown of a first cell.

    Raises
    ------
    InputError
        If code that stays needs a name that only a solution assigns, with the cell.
    """
    cells = []
    gone = solution_names(chapter.notebook["cells"])
    for k, cell in enumerate(chapter.notebook["cells"]):
        tags = set(tags_of(cell))
        if {SOLUTION_TAG, TEACHER_TAG} & tags or _is_solution(chapter, k, cell):
            continue
        new = _emptied(cell)
        where = f"{chapter.name}, cell {k + 1}"
        if cell["cell_type"] == "markdown":
            text = source_of(cell)
            if EXERCISES in sections:
                text = _BOTTOM_LINE.sub("", text)
            new["source"] = plain_text(text, chapter.results, where)
        elif EXERCISE_TAG in tags:
            exercise = next(one for one in chapter.exercises if k in one.cells)
            new["source"] = _asking(exercise)
        else:
            missing = gone & _used(source_of(cell))
            if missing:
                raise InputError(
                    f"{where} uses {min(missing)!r}, which only a cell tagged "
                    f"{SOLUTION_TAG!r} assigns; tag this cell, too, or split it."
                )
        cells.append(new)
    if chapter.exercises:
        place = next(k for k, cell in enumerate(cells) if cell["cell_type"] == "code")
        cells.insert(place, _cell("code", "from secondline.teaching import check_answer", "check"))
    return _notebook([_cell("markdown", head, "head"), *_folded(cells, sections)])


def teacher_notebook(chapter: Chapter, *, sections: set[str], head: str) -> dict:
    """Return a notebook with solutions and the comments for teachers; see
    :func:`learner_notebook`.
    """
    cells = []
    for k, cell in enumerate(chapter.notebook["cells"]):
        new = _emptied(cell)
        if cell["cell_type"] == "markdown":
            text = plain_text(source_of(cell), chapter.results, f"{chapter.name}, cell {k + 1}")
            # what is folded on the page stands open here
            new["source"] = re.sub(
                r"<details><summary>(.*?)</summary>", r"**\1**", text
            ).replace("</details>", "")  # fmt: skip
        cells.append(new)
    return _notebook([_cell("markdown", head, "head"), *_folded(cells, sections)])


def figure_of(chapter: Chapter, label: str) -> tuple[str, str, str]:
    """Return a figure's SVG, its caption and its alternative text.

    Raises
    ------
    InputError
        If the chapter has no such figure.
    """
    labels = []
    for cell in chapter.executed["cells"]:
        shown = cell["metadata"].get("mystnb", {})
        name = shown.get("figure", {}).get("name")
        images = [
            output["data"]["image/svg+xml"]
            for output in cell.get("outputs", ())
            if "image/svg+xml" in output.get("data", {})
        ]
        if name and images:
            labels.append(name)
            if name == label:
                return "".join(images[0]), shown["figure"]["caption"], shown["image"]["alt"]
    raise InputError(
        f"{chapter.name} has no figure {label!r}; it has {', '.join(labels) or 'none'}."
    )


def headings(notebook: dict) -> list[str]:
    """Return the headings of a notebook's sections, without those of its exercises."""
    return [
        line[3:].strip()
        for cell in notebook["cells"] if cell["cell_type"] == "markdown"
        for line in source_of(cell).splitlines() if line.startswith("## ")
    ]  # fmt: skip


def _is_solution(chapter: Chapter, k: int, cell: dict) -> bool:
    """Whether a cell is the folded text after an exercise's stub."""
    inside = next((one for one in chapter.exercises if k in one.cells), None)
    return inside is not None and cell["cell_type"] == "markdown" and k != inside.cells[0]


def _asking(exercise: Exercise) -> str:
    """Return a stub that hands its answer to the packed check."""
    lines = exercise.stub.splitlines()
    tree = ast.parse(exercise.stub)
    kept = [
        "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in tree.body
        if not any(getattr(part.func, "id", "") == CHECK for part in ast.walk(node)
                   if isinstance(part, ast.Call))
        and not isinstance(node, ast.Import | ast.ImportFrom)
    ]  # fmt: skip
    return "\n".join([*kept, f"print(check_answer(answer, {exercise.name!r}, globals()))"])


def _used(code: str) -> set[str]:
    names = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
    return names - assigned(code)


def _emptied(cell: dict) -> dict:
    new = copy.deepcopy(cell)
    hidden = HIDDEN_TAGS & set(tags_of(cell)) and EXERCISE_TAG not in tags_of(cell)
    tags = [tag for tag in tags_of(cell) if tag == "parameters"]
    new["metadata"] = {"tags": tags} if tags else {}
    if cell["cell_type"] == "code":
        new["outputs"], new["execution_count"] = [], None
        if hidden:
            new["metadata"]["jupyter"] = {"source_hidden": True}
    return new


def _folded(cells: list[dict], sections: set[str]) -> list[dict]:
    """Fold the sections that a session passes over, as JupyterLab keeps it; never the settings."""
    folded = None
    for cell in cells:
        markdown = cell["cell_type"] == "markdown"
        heading = re.match(r"\s*## (.+)", source_of(cell)) if markdown else None
        if heading:
            folded = cell if sections and heading[1].strip() not in sections else None
            if folded:
                folded["metadata"][_COLLAPSED] = True
        elif folded and PARAMETERS_TAG in tags_of(cell):
            del folded["metadata"][_COLLAPSED]
            folded = None
    return cells


def _cell(kind: str, source: str, name: str) -> dict:
    cell = {"cell_type": kind, "id": f"kit-{name}", "metadata": {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _notebook(cells: list[dict]) -> dict:
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
