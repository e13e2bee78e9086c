"""Sessions as data: what is taught, in which minutes, and what each part serves."""

from dataclasses import dataclass
from pathlib import Path

from secondline.chapters.yaml_files import read_yaml
from secondline.errors import InputError, one_of
from secondline.teaching.exercises import EXERCISES

KINDS = ("talk", "exercise", "discussion", "break")
OF_SESSION = (
    "title", "minutes", "audience", "question", "prerequisites", "outcomes", "before",
    "blocks", "take_home", "numbers", "read_on",
)  # fmt: skip
OF_BLOCK = (
    "title", "minutes", "kind", "chapter", "sections", "exercise", "figure", "points", "notes",
    "serves", "when_late",
)  # fmt: skip
OF_NUMBER = ("what", "claim", "chapter", "result", "form", "unit")


@dataclass(frozen=True)
class Block:
    """A part of a session.

    Attributes
    ----------
    title : str
    minutes : int
    kind : str
        One of KINDS.
    chapter : str
        That it speaks of; empty for none.
    sections : tuple of str
        Headings of that chapter.
    exercise : str
        Such as ``zuma7/efficacy#1``; empty for none.
    figure : str
        Label of a figure of the chapter.
    points : tuple of str
        Markdown, for the slide.
    notes : str
        Markdown, for the teacher.
    serves : tuple of str
        Names of outcomes.
    when_late : str
        What to leave out if time is short; empty if it stays.
    """

    title: str
    minutes: int
    kind: str
    chapter: str = ""
    sections: tuple[str, ...] = ()
    exercise: str = ""
    figure: str = ""
    points: tuple[str, ...] = ()
    notes: str = ""
    serves: tuple[str, ...] = ()
    when_late: str = ""


@dataclass(frozen=True)
class Number:
    """A number of the handout, from a claim or from what a chapter recorded."""

    what: str
    claim: str = ""
    chapter: str = ""
    result: str = ""
    form: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Session:
    """A session.

    Attributes
    ----------
    name : str
        The file's, without its ending.
    title, audience, question : str
    minutes : int
    prerequisites, before, take_home, read_on : tuple of str
        What learners know, what the teacher prepares, sentences to keep, chapters to read.
    outcomes : dict
        Name to what learners can do afterwards.
    blocks : tuple of Block
    numbers : tuple of Number
    """

    name: str
    title: str
    minutes: int
    audience: str
    question: str
    prerequisites: tuple[str, ...]
    outcomes: dict[str, str]
    before: tuple[str, ...]
    blocks: tuple[Block, ...]
    take_home: tuple[str, ...]
    numbers: tuple[Number, ...]
    read_on: tuple[str, ...]

    @property
    def chapters(self) -> tuple[str, ...]:
        """The chapters of its blocks, each once, in order."""
        return tuple(dict.fromkeys(b.chapter for b in self.blocks if b.chapter))

    def sections(self, chapter: str) -> set[str]:
        """Return the headings of a chapter that its blocks use, that of the exercises too."""
        used = [b for b in self.blocks if b.chapter == chapter]
        exercises = {EXERCISES} if any(b.exercise for b in used) else set()
        return exercises | {s for b in used for s in b.sections}


def session_names(folder: Path) -> list[str]:
    """Return the names of all sessions in a folder."""
    return sorted(path.stem for path in folder.glob("*.yml"))


def read_session(path: Path) -> Session:
    """Read a session's file, and check what can be checked without the chapters.

    Raises
    ------
    InputError
        If the file cannot be read, something is missing or unknown, the minutes do not add
        up, or an outcome has no block or no exercise; with file and block.
    """
    content = read_yaml(path)
    where = path.name
    _known(content, OF_SESSION, where)
    for name in OF_SESSION:
        if name not in content:
            raise InputError(f"{where} has no {name}.")
    for name in ("title", "audience", "question"):
        _text(content[name], name, where)
    outcomes = content["outcomes"]
    if not isinstance(outcomes, dict) or not outcomes:
        raise InputError(f"outcomes in {where} must be a mapping, name: what learners can do.")
    for name, text in outcomes.items():
        _text(text, f"outcome {name}", where)
    blocks = content["blocks"]
    if not isinstance(blocks, list) or not blocks:
        raise InputError(f"blocks in {where} must be a list.")
    numbers = content["numbers"]
    if not isinstance(numbers, list):
        raise InputError(f"numbers in {where} must be a list.")
    session = Session(
        name=path.stem, title=content["title"], minutes=_minutes(content["minutes"], where),
        audience=content["audience"], question=content["question"], outcomes=dict(outcomes),
        blocks=tuple(_block(b, f"{where}, block {k}") for k, b in enumerate(blocks, start=1)),
        numbers=tuple(_number(n, f"{where}, number {k}") for k, n in enumerate(numbers, start=1)),
        **{
            name: _texts(content[name], name, where)
            for name in ("prerequisites", "before", "take_home", "read_on")
        },
    )  # fmt: skip
    _check(session, where)
    return session


def _check(session: Session, where: str) -> None:
    total = sum(block.minutes for block in session.blocks)
    if total != session.minutes:
        raise InputError(
            f"{where}: the blocks add up to {total} minutes, the session has {session.minutes}."
        )
    for k, block in enumerate(session.blocks, start=1):
        unknown = set(block.serves) - set(session.outcomes)
        if unknown:
            raise InputError(
                f"{where}, block {k} serves {min(unknown)!r}; the outcomes are "
                f"{one_of(session.outcomes)}."
            )
    for name in session.outcomes:
        kinds = [block.kind for block in session.blocks if name in block.serves]
        for wanted, there in (("block that explains it", set(kinds) - {"exercise"}),
                              ("exercise", "exercise" in kinds)):  # fmt: skip
            if not there:
                raise InputError(f"{where}: outcome {name!r} has no {wanted}.")
    if not any(block.when_late for block in session.blocks):
        raise InputError(f"{where}: no block says what to leave out when time is short.")


def _block(content, spot: str) -> Block:
    if not isinstance(content, dict):
        raise InputError(f"{spot} must be a mapping.")
    _known(content, OF_BLOCK, spot)
    for name in ("title", "kind"):
        _text(content.get(name), name, spot)
    kind = content["kind"]
    if kind not in KINDS:
        raise InputError(f"kind in {spot} is {kind!r}; allowed: {one_of(KINDS)}.")
    texts = {}
    for name in ("chapter", "exercise", "figure", "notes", "when_late"):
        texts[name] = content.get(name, "")
        if not isinstance(texts[name], str):
            raise InputError(f"{name} in {spot} is {texts[name]!r}; it must be a text.")
    if (kind == "exercise") != bool(texts["exercise"]):
        raise InputError(f"{spot} is of kind {kind!r}; an exercise, and only that, names one.")
    if kind in ("talk", "discussion") and not content.get("points"):
        raise InputError(f"{spot} has no points for its slide.")
    # an exercise names its chapter
    texts["chapter"] = texts["chapter"] or texts["exercise"].partition("#")[0]
    if texts["figure"] and not texts["chapter"]:
        raise InputError(f"{spot} has a figure and no chapter.")
    return Block(
        title=content["title"], minutes=_minutes(content.get("minutes"), spot), kind=kind, **texts,
        **{
            name: _texts(content.get(name, []), name, spot)
            for name in ("sections", "points", "serves")
        },
    )  # fmt: skip


def _number(content, spot: str) -> Number:
    if not isinstance(content, dict):
        raise InputError(f"{spot} must be a mapping.")
    _known(content, OF_NUMBER, spot)
    for name, value in content.items():
        _text(value, name, spot)
    found = Number(**content) if "what" in content else None
    if found is None or bool(found.claim) == bool(found.result):
        raise InputError(f"{spot} needs 'what', and either a claim or a chapter and a result.")
    if found.result and not found.chapter:
        raise InputError(f"{spot} names a result and no chapter.")
    return found


def _minutes(value, spot: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 480:
        raise InputError(f"minutes in {spot} is {value!r}; it must be a whole number from 1 to 480.")
    return value


def _text(value, name: str, spot: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{name} in {spot} is {value!r}; it must be a text.")


def _texts(value, name: str, spot: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise InputError(f"{name} in {spot} must be a list of texts.")
    return tuple(value)


def _known(content: dict, allowed, spot: str) -> None:
    for key in content:
        if key not in allowed:
            raise InputError(f"{spot} has {key!r}; allowed: {one_of(allowed)}.")
