"""Answers that travel with a learner's notebook without being read by accident.

They are packed, not encrypted: who wants to look can. The check computes what is right from
the notebook's own names, so that it stays right when settings change.
"""

import base64
import json
import zlib
from pathlib import Path

from secondline.chapters.exercises import check_number
from secondline.errors import InputError, one_of
from secondline.teaching.exercises import Exercise

FILE = "answers.json"


def seal(exercises: list[Exercise]) -> dict[str, str]:
    """Return what a file of answers holds: a packed text for each exercise of a chapter, in
    their order.
    """
    packed, before = {}, []
    for one in exercises:
        # a solution may go on from that of an earlier exercise
        before += one.setup
        content = {
            "setup": before, "expected": one.expected, "within": one.within, "hint": one.hint
        }  # fmt: skip
        squeezed = zlib.compress(json.dumps(content).encode())
        packed[one.name] = base64.b64encode(squeezed).decode()
    return packed


def check_answer(answer, exercise: str, names: dict, folder: Path = Path()) -> str:
    """Return a sentence on an answer to an exercise of a kit.

    Parameters
    ----------
    answer : float or None
        What the learner put in.
    exercise : str
        Such as ``zuma7/efficacy#1``.
    names : dict
        The notebook's ``globals()``; left as they are.
    folder : Path
        That holds the kit's ``answers.json``; by default that of the notebook.
    """
    if answer is None:
        return check_number(None, 0.0, within=1.0, hint="")
    try:
        sealed = read_sealed(folder / FILE, exercise)
    except InputError as error:
        return str(error)
    scope = dict(names)
    try:
        for code in sealed["setup"]:
            exec(code, scope)
        expected, within, hint = (eval(sealed[p], scope) for p in ("expected", "within", "hint"))
    except NameError as error:
        return f"Run the cells above first: {error.name} is not there yet."
    return check_number(answer, float(expected), within=within, hint=hint)


def read_sealed(path: Path, exercise: str) -> dict:
    """Return what a file of answers holds on an exercise.

    Raises
    ------
    InputError
        If the file or the exercise is not there, or cannot be read.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        packed = found[exercise]
        return json.loads(zlib.decompress(base64.b64decode(packed)))
    except OSError:
        raise InputError(
            f"{path.name} is not beside this notebook; copy it from the kit, and open the "
            "notebook where it lies."
        ) from None
    except KeyError:
        raise InputError(f"{path.name} has no exercise {exercise!r}; it has {one_of(found)}.") from None
    except (ValueError, TypeError, zlib.error) as error:
        raise InputError(f"{path.name} cannot be read: {error}.") from error
