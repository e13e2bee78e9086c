"""The exercises of a chapter, read from its notebook.

An exercise is a run of cells: Markdown with a heading ``### 1. Title`` and the prompt; code
cells tagged ``solution``, which compute what is right; one code cell tagged ``exercise``, with
``answer = None`` and its check; Markdown with the solution, folded; and Markdown tagged
``teacher``, folded too. The heading of the section, ``## Exercises``, stands above the first;
a note on teaching the whole chapter may follow the last.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from secondline.chapters.notebooks import read_notebook, source_of, tags_of
from secondline.errors import InputError

EXERCISE_TAG, SOLUTION_TAG, TEACHER_TAG = "exercise", "solution", "teacher"
SECTION = "## Exercises"
EXERCISES = SECTION.removeprefix("## ")
CHECK = "check_number"
NOTE_TITLE = "Teaching this chapter"
_HEADING = re.compile(r"^### (\d+)\. (.+)$", re.M)
_FOLDED = re.compile(r"\A:::\{dropdown\} (.+?)\n(?::[\w-]+:[^\n]*\n)*(.*?)\n:::\s*\Z", re.S)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
_MINUTES = re.compile(r"\A\s*(\d+) minutes?\.\s+")


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    chapter : str
    number : int
    title : str
    prompt : str
        Markdown, without the heading.
    setup : tuple of str
        Code that computes what is right.
    stub : str
        Code of the cell that a learner fills in.
    expected, within, hint : str
        What the stub hands to its check, as Python expressions.
    worked : str
        Code whose last expression is the answer, as the solution shows it.
    solution : str
        Markdown, without the fold.
    minutes : int
        That a group needs for it.
    teacher : str
        Markdown: the misreading behind it, and what to ask.
    cells : range
        Where it stands in the notebook, from 0.
    """

    chapter: str
    number: int
    title: str
    prompt: str
    setup: tuple[str, ...]
    stub: str
    expected: str
    within: str
    hint: str
    worked: str
    solution: str
    minutes: int
    teacher: str
    cells: range

    @property
    def name(self) -> str:
        """What sessions call it, such as ``zuma7/efficacy#2``."""
        return f"{self.chapter}#{self.number}"

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.chapter}, cell {self.cells[0] + 1}"


def read_exercises(path: Path, chapter: str) -> list[Exercise]:
    """Return the exercises of a chapter; none if it has no such section.

    Parameters
    ----------
    path : Path
        The notebook.
    chapter : str
        Its name, for messages.

    Raises
    ------
    InputError
        If an exercise lacks a part, with the chapter and the cell.
    """
    cells = read_notebook(path)["cells"]
    starts = _starts(cells)
    stubs = [k for k, cell in enumerate(cells) if EXERCISE_TAG in tags_of(cell)]
    if stubs and (not starts or stubs[0] < starts[0][0]):
        raise InputError(f"{chapter}, cell {stubs[0] + 1}: an exercise without a heading '### 1. …'.")
    found = []
    for place, (start, number, title, prompt) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else _end(cells, start)
        if number != place + 1:
            raise InputError(
                f"{chapter}, cell {start + 1}: exercise {number} stands in place {place + 1}."
            )
        found.append(_exercise(cells, range(start, end), chapter, number, title, prompt))
    return found


def read_note(path: Path) -> str:
    """Return a chapter's note for teachers as Markdown; empty if it has none."""
    for cell in read_notebook(path)["cells"]:
        fold = _note(cell)
        if fold:
            return fold[2].strip()
    return ""


def solution_names(cells: list[dict]) -> set[str]:
    """Return the names that only the cells tagged ``solution`` assign."""
    inside, outside = set(), set()
    for cell in cells:
        if cell["cell_type"] == "code":
            names = assigned(source_of(cell))
            (inside if SOLUTION_TAG in tags_of(cell) else outside).update(names)
    return inside - outside


def assigned(code: str) -> set[str]:
    """Return the names that code assigns, defines or imports at its top level."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(one.asname or one.name).split(".")[0] for one in node.names}
    return names


def _starts(cells) -> list[tuple[int, int, str, str]]:
    found, inside = [], False
    for k, cell in enumerate(cells):
        if cell["cell_type"] != "markdown":
            continue
        text = source_of(cell)
        section = re.search(r"^## .+$", text, re.M)
        if section:
            inside = any(line.strip() == SECTION for line in text.splitlines())
        if not inside:
            continue
        headings = list(_HEADING.finditer(text))
        if headings:
            last = headings[-1]
            found.append((k, int(last[1]), last[2].strip(), text[last.end() :].strip()))
    return found


def _note(cell: dict):
    tagged = cell["cell_type"] == "markdown" and TEACHER_TAG in tags_of(cell)
    fold = _FOLDED.match(source_of(cell)) if tagged else None
    return fold if fold and fold[1] == NOTE_TITLE else None


def _end(cells, start: int) -> int:
    """Return where the last exercise ends: after its last fold."""
    last = start
    for k in range(start + 1, len(cells)):
        if _note(cells[k]):
            break
        folded = cells[k]["cell_type"] == "markdown" and _FOLDED.match(source_of(cells[k]))
        if {EXERCISE_TAG, SOLUTION_TAG, TEACHER_TAG} & set(tags_of(cells[k])) or folded:
            last = k
        if cells[k]["cell_type"] == "markdown" and not folded:
            break
    return last + 1


def _exercise(cells, places: range, chapter, number, title, prompt) -> Exercise:
    spot = f"{chapter}, cell {places[0] + 1}, exercise {number}"
    if not prompt:
        raise InputError(f"{spot} has no prompt below its heading.")
    stubs = [k for k in places if EXERCISE_TAG in tags_of(cells[k])]
    if len(stubs) != 1:
        raise InputError(f"{spot} has {len(stubs)} cells tagged {EXERCISE_TAG!r}; it needs one.")
    folds = {}
    for k in places[1:]:
        if cells[k]["cell_type"] == "markdown":
            fold = _FOLDED.match(source_of(cells[k]))
            if not fold:
                raise InputError(f"{chapter}, cell {k + 1}: text of exercise {number} is not folded.")
            role = TEACHER_TAG if TEACHER_TAG in tags_of(cells[k]) else SOLUTION_TAG
            folds[role] = fold[2].strip()
    for role, what in ((SOLUTION_TAG, "solution"), (TEACHER_TAG, "comment for the teacher")):
        if not folds.get(role):
            raise InputError(f"{spot} has no {what}.")
    minutes = _MINUTES.match(folds[TEACHER_TAG])
    if not minutes:
        raise InputError(f"{spot}: the comment for the teacher must begin with '5 minutes. '.")
    stub = source_of(cells[stubs[0]])
    setup = tuple(
        source_of(cells[k]) for k in places
        if cells[k]["cell_type"] == "code" and k < stubs[0] and SOLUTION_TAG in tags_of(cells[k])
    )  # fmt: skip
    return Exercise(
        chapter, number, title, prompt, setup, stub,
        **_check_of(stub, f"{chapter}, cell {stubs[0] + 1}"),
        worked="\n".join(_PYTHON.findall(folds[SOLUTION_TAG])),
        solution=folds[SOLUTION_TAG],
        minutes=int(minutes[1]), teacher=folds[TEACHER_TAG][minutes.end() :].strip(),
        cells=places,
    )  # fmt: skip


def _check_of(stub: str, spot: str) -> dict[str, str]:
    """Return what a stub hands to its check."""
    try:
        tree = ast.parse(stub)
    except SyntaxError as error:
        raise InputError(f"{spot} is no Python: {error.msg}.") from error
    blank = [
        node for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node) == "answer = None"
    ]  # fmt: skip
    calls = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == CHECK
    ]  # fmt: skip
    if not blank or len(calls) != 1:
        raise InputError(f"{spot} must hold 'answer = None' and one call of {CHECK}.")
    call = calls[0]
    options = {option.arg: ast.unparse(option.value) for option in call.keywords}
    if len(call.args) != 2 or set(options) != {"within", "hint"}:
        raise InputError(
            f"{spot}: write {CHECK}(answer, expected, within=…, hint=…), nothing more or less."
        )
    return {"expected": ast.unparse(call.args[1]), **options}
