"""The questions that stand at the end of a chapter's page, one file a part.

A file has ``questions``, a list. Each question has an ``id``, a ``chapter``, a ``kind``, a
``prompt`` and ``see``, the heading of the chapter under which the answer is shown. A
``choice`` has ``options``, each with ``text``, ``feedback`` and, if it is right,
``right: true``; with ``several: true`` more than one may be. A ``number`` has an ``answer``
(see :func:`secondline.teaching.quoted.read_value`), ``within``, ``unit``, a ``hint``,
``right`` (what is said of a right answer) and ``wrong``: particular wrong values, each with
its ``feedback``. Numbers in texts are quoted, never typed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from secondline.chapters.yaml_files import read_yaml
from secondline.checks import is_number
from secondline.errors import InputError, one_of
from secondline.intervals import read_number
from secondline.paths import project_root
from secondline.teaching.quoted import Chapters, Number, Text, read_text, read_value

KINDS = ("choice", "number")
OF_ALL = ("id", "chapter", "kind", "prompt", "see")
OF_KIND = {
    "choice": ("options", "several"),
    "number": ("answer", "within", "unit", "hint", "right", "wrong"),
}


@dataclass(frozen=True)
class Option:
    """One answer to choose, and what is said of whoever chooses it."""

    text: Text
    feedback: Text
    right: bool


@dataclass(frozen=True)
class Slip:
    """A wrong number that a known mistake leads to, and what is said of it."""

    number: Number
    feedback: Text
    within: float


@dataclass(frozen=True)
class Question:
    """One question, with every number filled in.

    Attributes
    ----------
    id : str
        Unique in the book.
    chapter : str
    kind : str
        "choice" or "number".
    prompt : tuple of Piece
    see : str
        The heading under which the chapter shows the answer.
    options : tuple of Option
        Of a choice.
    several : bool
        Whether more than one option may be right.
    answer : Number or None
        Of a number; `within` says how far off is near enough, `unit` what it counts.
    within : float
    unit : str
    right, hint : tuple of Piece
        What is said of the right number, and of one that is too high or too low.
    slips : tuple of Slip
    """

    id: str
    chapter: str
    kind: str
    prompt: Text
    see: str
    options: tuple[Option, ...] = ()
    several: bool = False
    answer: Number | None = None
    within: float = 0.0
    unit: str = ""
    right: Text = ()
    hint: Text = ()
    slips: tuple[Slip, ...] = ()


def read_quizzes(path: Path, executed: Path | None = None) -> tuple[Question, ...]:
    """Read a part's questions.

    Parameters
    ----------
    path : Path
        The YAML file.
    executed : Path, optional
        The folder with the executed chapters, whose recorded results are quoted; by default
        ``_build/executed`` of the project.

    Raises
    ------
    InputError
        If the file cannot be read, or a question is not whole or quotes what is not there;
        the sentence names the file and the question.
    """
    path = Path(path)
    chapters = Chapters(executed or project_root() / "_build/executed")
    content = read_yaml(path, "quiz", "a list of questions")
    if set(content) != {"questions"} or not isinstance(content["questions"], list):
        raise InputError(f"{path.name} must hold questions, a list, and nothing else.")
    questions: dict[str, Question] = {}
    for k, raw in enumerate(content["questions"], start=1):
        name = raw.get("id") if isinstance(raw, dict) else None
        spot = f"{path.name}, question {name if isinstance(name, str) else k}"
        with _at(spot):
            question = _question(raw, chapters)
            if question.id in questions:
                raise InputError("has the id of another question.")
            questions[question.id] = question
    return tuple(questions.values())


def read_all_quizzes(folder: Path, executed: Path | None = None) -> tuple[Question, ...]:
    """Read the questions of all parts in a folder.

    Raises
    ------
    InputError
        As :func:`read_quizzes`, and if two files use one id.
    """
    found: dict[str, tuple[str, Question]] = {}
    for path in sorted(folder.glob("*.yml")):
        for question in read_quizzes(path, executed):
            if question.id in found:
                raise InputError(
                    f"{path.name}, question {question.id}: {found[question.id][0]} has a question "
                    "of this id, too."
                )
            found[question.id] = path.name, question
    return tuple(question for _, question in found.values())


@contextmanager
def _at(spot: str) -> Iterator[None]:
    """Say where before what."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{spot}: {error}") from error


def _question(raw, chapters: Chapters) -> Question:
    if not isinstance(raw, dict):
        raise InputError("must be a mapping.")
    kind = raw.get("kind")
    if kind not in KINDS:
        raise InputError(f"has the kind {kind!r}; allowed: {one_of(KINDS)}.")
    for key in raw:
        if key not in (*OF_ALL, *OF_KIND[kind]):
            raise InputError(f"has {key!r}; allowed: {one_of((*OF_ALL, *OF_KIND[kind]))}.")
    for key in OF_ALL:
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise InputError(f"has no {key}, or one that is no text.")
    chapter, see = raw["chapter"], raw["see"]
    if see not in chapters.headings(chapter):
        raise InputError(f"points to the heading {see!r}, which {chapter} does not have.")
    with _at("prompt"):
        prompt = read_text(raw["prompt"], chapter, chapters)
    make = _choice if kind == "choice" else _number
    return Question(raw["id"], chapter, kind, prompt, see, **make(raw, chapter, chapters))


def _choice(raw: dict, chapter: str, chapters: Chapters) -> dict:
    listed, several = raw.get("options"), raw.get("several", False)
    if not isinstance(several, bool):
        raise InputError(f"several is {several!r}; it must be true or false.")
    if not isinstance(listed, list) or len(listed) < 2:
        raise InputError("options must be a list of two or more.")
    options = []
    for k, option in enumerate(listed, start=1):
        if not isinstance(option, dict) or set(option) - {"text", "feedback", "right"}:
            raise InputError(f"option {k} must have a text, a feedback and perhaps right: true.")
        right = option.get("right", False)
        if not isinstance(right, bool):
            raise InputError(f"option {k}: right is {right!r}; it must be true or false.")
        texts = []
        for part in ("text", "feedback"):
            if part not in option:
                raise InputError(f"option {k} has no {part}.")
            with _at(f"option {k}, {part}"):
                texts.append(read_text(option[part], chapter, chapters))
        options.append(Option(*texts, right))
    n_right = sum(option.right for option in options)
    if n_right == 0:
        raise InputError("has no right option.")
    if n_right > 1 and not several:
        raise InputError(f"has {n_right} right options; one is allowed, or say several: true.")
    return {"options": tuple(options), "several": several}


def _number(raw: dict, chapter: str, chapters: Chapters) -> dict:
    texts = {}
    for part in ("right", "hint"):
        if part not in raw:
            raise InputError(f"has no {part}.")
        with _at(part):
            texts[part] = read_text(raw[part], chapter, chapters)
    with _at("answer"):
        answer = read_value(raw.get("answer"), chapter, chapters)
    within, unit = raw.get("within"), raw.get("unit", "")
    _positive(within, "within")
    if not isinstance(unit, str):
        raise InputError(f"unit is {unit!r}; it must be a text.")
    shown = read_number(answer.shown.replace("−", "-"))
    if shown is None or abs(float(shown.value) - answer.value) > within:
        raise InputError(f"shows its answer as {answer.shown}, which it would not take.")
    wrong = raw.get("wrong", [])
    if not isinstance(wrong, list):
        raise InputError("wrong must be a list of values, each with a feedback.")
    slips = []
    for k, one in enumerate(wrong, start=1):
        with _at(f"wrong {k}"):
            slips.append(_slip(one, within, chapter, chapters))
            if abs(slips[-1].number.value - answer.value) <= within + slips[-1].within:
                raise InputError(f"{slips[-1].number.shown} is too near to the answer.")
    return {"answer": answer, "within": float(within), "unit": unit, "slips": tuple(slips), **texts}


def _slip(raw, within: float, chapter: str, chapters: Chapters) -> Slip:
    if not isinstance(raw, dict) or "feedback" not in raw:
        raise InputError("must be a value with a feedback.")
    near = raw.get("within", within)
    _positive(near, "within")
    value = {key: part for key, part in raw.items() if key not in ("feedback", "within")}
    with _at("feedback"):
        feedback = read_text(raw["feedback"], chapter, chapters)
    return Slip(read_value(value, chapter, chapters), feedback, float(near))


def _positive(value, name: str) -> None:
    if not is_number(value) or value <= 0:
        raise InputError(f"{name} is {value!r}; it must be a number above 0.")
