"""Conditions of a decision table: how they are written, and when they hold."""

import math
import operator
import re
from dataclasses import dataclass
from numbers import Real

from secondline.errors import InputError, one_of

ANY = "-"
COMPARE = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
NUMBER = r"-?\d+(?:\.\d+)?"


@dataclass(frozen=True)
class Comparison:
    """One comparison with a number: ``<= 12``."""

    sign: str
    number: float

    def holds(self, value: float) -> bool:
        """Tell whether a number satisfies it."""
        return COMPARE[self.sign](value, self.number)


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one input.

    Attributes
    ----------
    text : str
        As written in the file.
    choices : tuple of str
        For an input with named values: those that fit.
    alternatives : tuple of tuple of Comparison
        For a number: one alternative must hold in all of its comparisons.
    """

    text: str
    choices: tuple[str, ...] = ()
    alternatives: tuple[tuple[Comparison, ...], ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether every value fits."""
        return self.text == ANY

    def holds(self, value: str | float) -> bool:
        """Tell whether a value of the input fits."""
        if self.is_any:
            return True
        if self.choices:
            return value in self.choices
        return any(all(c.holds(value) for c in parts) for parts in self.alternatives)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers at which the answer can change."""
        return tuple(c.number for parts in self.alternatives for c in parts)


@dataclass(frozen=True)
class Cell:
    """A part of an input's values that no condition of a table tells apart.

    Attributes
    ----------
    value : str or float
        One value of it.
    text : str
        The part in words: ``12`` or ``between 12 and 18``.
    lower, upper : float
        Its ends; for a named value NaN. A number's part is one point (both ends equal)
        or all that lies between the ends, without them.
    """

    value: str | float
    text: str
    lower: float = float("nan")
    upper: float = float("nan")

    def has(self, value: str | float) -> bool:
        """Tell whether a value of the input lies in this part."""
        if isinstance(self.value, str) or self.lower == self.upper:
            return value == self.value
        return self.lower < value < self.upper


@dataclass(frozen=True)
class Input:
    """One input: what it means and which values it may have.

    Attributes
    ----------
    name, meaning, unit : str
    kind : {"choice", "number", "whole"}
    choices : tuple of str
        Of a choice.
    lowest, highest : float
        Of a number, both allowed.
    """

    name: str
    kind: str
    meaning: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    lowest: float = float("nan")
    highest: float = float("nan")

    @property
    def allowed(self) -> str:
        """The allowed values as the end of a sentence."""
        if self.kind == "choice":
            return f"allowed: {one_of(self.choices)}"
        kind = "a whole number" if self.kind == "whole" else "a number"
        return f"it must be {kind} from {self.lowest:g} to {self.highest:g}"

    @property
    def as_parameter(self):
        """What is allowed, as :func:`secondline.chapters.check_parameters` takes it."""
        if self.kind == "choice":
            return self.choices
        if self.kind == "whole":
            return range(int(self.lowest), int(self.highest) + 1)
        return (self.lowest, self.highest)

    def fault(self, value) -> str:
        """Return what is wrong with a value as a sentence, or ""."""
        if self.kind == "choice":
            good = isinstance(value, str) and value in self.choices
        else:
            good = isinstance(value, Real) and not isinstance(value, bool)
            good = good and self.lowest <= value <= self.highest
            good = good and (self.kind == "number" or value == int(value))
        return "" if good else f"{self.name} is {value!r}; {self.allowed}."

    def condition(self, text: str) -> Condition:
        """Read a condition on this input.

        Parameters
        ----------
        text : str
            ``-`` for any value; values parted by ``|``; for a number also ``<= 12``,
            ``> 3 & <= 6``.

        Raises
        ------
        InputError
            If the text is no condition or names a value that the input cannot have.
        """
        text = text.strip()
        if text == ANY:
            return Condition(text)
        parts = [part.strip() for part in text.split("|")]
        if self.kind == "choice":
            for part in parts:
                if part not in self.choices:
                    raise InputError(f"{self.name} has no value {part!r}; {self.allowed}")
            return Condition(text, choices=tuple(parts))
        return Condition(text, alternatives=tuple(self._comparisons(part) for part in parts))

    def _comparisons(self, text: str) -> tuple[Comparison, ...]:
        found = []
        for part in text.split("&"):
            match = re.fullmatch(rf"(<=|>=|<|>|=)?\s*({NUMBER})", part.strip())
            if not match:
                raise InputError(
                    f"{part.strip()!r} is no condition on {self.name}; write '-' for any, "
                    "a number, or a comparison such as '<= 12' or '> 3 & <= 6'"
                )
            number = float(match[2])
            if not self.lowest <= number <= self.highest or (
                self.kind == "whole" and number != int(number)
            ):
                raise InputError(f"{self.name} cannot be {number:g}; {self.allowed}")
            found.append(Comparison(match[1] or "=", number))
        return tuple(found)

    def cells(self, conditions) -> tuple[Cell, ...]:
        """Cut the input's values into parts that the conditions do not tell apart.

        A number is cut at every number that a condition names: each of them is a part,
        and so is what lies between two neighbours. Together they are all values.

        Parameters
        ----------
        conditions : iterable of Condition
        """
        if self.kind == "choice":
            return tuple(Cell(choice, choice) for choice in self.choices)
        named = {number for condition in conditions for number in condition.numbers}
        cuts = sorted({self.lowest, self.highest, *named})
        cells = [Cell(cuts[0], f"{cuts[0]:g}", cuts[0], cuts[0])]
        for lower, upper in zip(cuts, cuts[1:], strict=False):
            inside, text = (lower + upper) / 2, f"between {lower:g} and {upper:g}"
            if self.kind == "whole":
                inside, last = math.floor(lower) + 1.0, math.ceil(upper) - 1
                text = f"{inside:g}" if inside == last else f"{inside:g} to {last:g}"
            if inside < upper:
                cells.append(Cell(inside, text, lower, upper))
            cells.append(Cell(upper, f"{upper:g}", upper, upper))
        return tuple(cells)
