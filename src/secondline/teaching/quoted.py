"""Numbers and texts of teaching files: quoted from claims and recorded results, never typed.

A text quotes a claim as a page does, ``{claim}`0.398 <zuma7-efs-hr>` ``, and a recorded
result by its name and form, ``{result}`printed_hr:.2f` `` or, of another chapter,
``{result}`zuma7/efficacy/printed_hr:.2f` ``; an item of a list is ``{result}`shown[0]:.2f` ``.
"""

import ast
import operator
import re
from dataclasses import dataclass, field
from pathlib import Path

from secondline.chapters.lint import find_numbers
from secondline.chapters.notebooks import read_notebook, source_of
from secondline.chapters.recording import read_recorded
from secondline.checks import is_number
from secondline.claims import Claim, get_claim
from secondline.errors import InputError, one_of
from secondline.intervals import read_number

PARTS = ("value", "lower", "upper", "p", "n", "N")
# a formula may change units or take a complement; every other number needs a source
PLAIN_NUMBERS = (1, 2, 100)
_QUOTE = re.compile(r"\{(\w+)\}`([^`]*)`")
_SHOWN = re.compile(r"(.+?)\s*<([^<>]+)>", re.S)
_RESULT = re.compile(r"(?:(?P<chapter>[\w/-]+)/)?(?P<name>\w+)(?:\[(?P<item>\d+)\])?(?P<form>:.+)?")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Piece:
    """A run of words of a text.

    Attributes
    ----------
    words : str
    claim : str
        The id of the claim that the words quote, or empty.
    stressed : bool
    """

    words: str
    claim: str = ""
    stressed: bool = False


Text = tuple[Piece, ...]


def plain(text: Text) -> str:
    """Return the words of a text without links and stress."""
    return "".join(piece.words for piece in text)


@dataclass(frozen=True)
class Number:
    """A number from a claim, a recorded result, or a formula of these.

    Attributes
    ----------
    value : float
    shown : str
        As a text shows it.
    """

    value: float
    shown: str


@dataclass
class Chapters:
    """Executed chapters below a folder, each read once."""

    folder: Path
    _read: dict = field(default_factory=dict)

    def recorded(self, chapter: str) -> dict:
        """Return what a chapter recorded.

        Raises
        ------
        InputError
            If the chapter was not executed into the folder.
        """
        return self._notebook(chapter)[0]

    def headings(self, chapter: str) -> tuple[str, ...]:
        """Return a chapter's headings below its title, as Markdown."""
        return self._notebook(chapter)[1]

    def _notebook(self, chapter: str):
        if chapter not in self._read:
            path = self.folder / f"{chapter}.ipynb"
            if not path.is_file():
                raise InputError(f"there is no executed chapter {chapter!r} in {self.folder}.")
            notebook = read_notebook(path)
            prose = "\n\n".join(
                source_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
            )
            headings = tuple(re.findall(r"^#{2,4} (.+?)\s*$", prose, re.M))
            self._read[chapter] = read_recorded(notebook), headings
        return self._read[chapter]


def read_text(raw, chapter: str, chapters: Chapters) -> Text:
    """Return a text with its quotations filled in.

    Raises
    ------
    InputError
        If it is no text, has a bare number, or quotes what is not there; the sentence begins
        in lower case, since the caller names the place before it.
    """
    if not isinstance(raw, str) or not raw.strip():
        raise InputError(f"is {raw!r}; it must be a text.")
    raw = " ".join(raw.split())
    for _, number, context in find_numbers(raw):
        raise InputError(
            f"has the bare number {number} ({context!r}); quote a claim or a recorded result."
        )
    pieces, done = [], 0
    for match in _QUOTE.finditer(raw):
        pieces += _words(raw[done : match.start()])
        pieces.append(_quotation(match[1], match[2], chapter, chapters))
        done = match.end()
    return (*pieces, *_words(raw[done:]))


def read_value(raw, chapter: str, chapters: Chapters) -> Number:
    """Return the number that a mapping names.

    Parameters
    ----------
    raw : dict
        ``{claim: ID, part: lower}`` (part: one of PARTS, by default value),
        ``{result: CHAPTER, name: NAME, item: 0, scale: 100, form: ".1f"}`` (item, scale and
        form may be left out), or ``{formula: "100 * (1 - hr)", hr: {claim: ID}}``.

    Raises
    ------
    InputError
        If the claim or the result is not there, or is no finite number.
    """
    kinds = [kind for kind in ("claim", "result", "formula") if isinstance(raw, dict) and kind in raw]
    if len(kinds) != 1:
        raise InputError(f"is {raw!r}; it must have one of {one_of(('claim', 'result', 'formula'))}.")
    makers = {"claim": _claimed, "result": _recorded, "formula": _computed}
    value, printed = makers[kinds[0]](raw, chapter, chapters)
    scale = raw.get("scale", 1)
    if not is_number(scale):
        raise InputError(f"has the scale {scale!r}; it must be a number.")
    if not is_number(value):
        raise InputError(f"comes to {value!r}; a numeric answer must be a finite number.")
    value = float(value) * scale
    form = raw.get("form", "")
    if printed and scale == 1 and not form:
        return Number(value, printed)
    try:
        return Number(value, format(value, form or ".4g").replace("-", "−"))
    except (ValueError, TypeError) as error:
        raise InputError(f"has the form {form!r}; write one such as '.1f'.") from error


def _words(raw: str) -> list[Piece]:
    parts = _EMPHASIS.split(raw)
    return [Piece(words, stressed=bool(k % 2)) for k, words in enumerate(parts) if words]


def _quotation(role: str, content: str, chapter: str, chapters: Chapters) -> Piece:
    if role == "claim":
        match = _SHOWN.fullmatch(content)
        if not match:
            raise InputError(f"cites {content!r}; write {{claim}}`0.398 <zuma7-efs-hr>`.")
        claim, words = _claim(match[2]), match[1].replace("\u00a0", " ")
        try:
            claim.check_wording(words)
        except InputError as error:
            raise InputError(f"{error}.") from error
        return Piece(words, claim=claim.id)
    if role != "result":
        raise InputError(f"has {{{role}}}; allowed: {one_of(('claim', 'result'))}.")
    match = _RESULT.fullmatch(content)
    if not match:
        raise InputError(f"quotes {content!r}; write {{result}}`name:.1f`.")
    value = _result(match["chapter"] or chapter, match["name"], match["item"], chapters)
    if isinstance(value, float) and not is_number(value):
        raise InputError(f"quotes {content!r}, which is {value!r}.")
    try:
        words = format(value, (match["form"] or ":")[1:])
    except (ValueError, TypeError) as error:
        raise InputError(f"quotes {content!r} in a form that {value!r} does not have.") from error
    # the book sets a blank before the sign of percent
    if (match["form"] or "").endswith("%"):
        words = f"{words[:-1]}\u00a0%"
    return Piece(words if isinstance(value, str) else words.replace("-", "−"))


def _claim(claim_id) -> Claim:
    try:
        return get_claim(claim_id)
    except InputError as error:
        raise InputError(f"cites an unknown claim. {error}") from error


def _result(chapter: str, name: str, item, chapters: Chapters):
    recorded = chapters.recorded(chapter)
    if name not in recorded:
        raise InputError(f"cites the result {name!r}, which {chapter} does not record.")
    value = recorded[name]
    if item is None:
        return value
    try:
        return value[int(item)]
    except (TypeError, LookupError, ValueError) as error:
        raise InputError(f"cites item {item} of {name!r}, which {chapter} does not record.") from error


def _claimed(raw: dict, chapter: str, chapters: Chapters):
    _only(raw, ("claim", "part", "scale", "form"))
    claim, part = _claim(raw["claim"]), raw.get("part", "value")
    if part not in PARTS:
        raise InputError(f"has the part {part!r}; allowed: {one_of(PARTS)}.")
    printed = getattr(claim, part)
    number = read_number(printed)
    if number is None or number.relation:
        raise InputError(f"cites {claim.id}, whose {part} is {printed!r}; that is no number.")
    return float(number.value), printed


def _recorded(raw: dict, chapter: str, chapters: Chapters):
    _only(raw, ("result", "name", "item", "scale", "form"))
    if not isinstance(raw["result"], str) or not isinstance(raw.get("name"), str):
        raise InputError("must name a result as {result: CHAPTER, name: NAME}.")
    return _result(raw["result"], raw["name"], raw.get("item"), chapters), ""


def _computed(raw: dict, chapter: str, chapters: Chapters):
    names = {
        name: read_value(part, chapter, chapters).value
        for name, part in raw.items()
        if name not in ("formula", "scale", "form")
    }
    try:
        return _evaluate(ast.parse(str(raw["formula"]), mode="eval").body, names), ""
    except (SyntaxError, ArithmeticError) as error:
        raise InputError(f"has the formula {raw['formula']!r}, which cannot be computed.") from error


def _evaluate(node, names: dict[str, float]):
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_evaluate(node.left, names), _evaluate(node.right, names))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, names)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.Constant) and node.value in PLAIN_NUMBERS:
        return float(node.value)
    raise InputError(
        f"has {ast.unparse(node)!r} in its formula; allowed are + - * / **, the names beside it, "
        f"and the numbers {', '.join(map(str, PLAIN_NUMBERS))}."
    )


def _only(raw: dict, allowed) -> None:
    for key in raw:
        if key not in allowed:
            raise InputError(f"has {key!r}; allowed: {one_of(allowed)}.")
