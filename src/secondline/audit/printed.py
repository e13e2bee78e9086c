"""A printed number and all the true values that it may stand for."""

import re
from dataclasses import dataclass
from fractions import Fraction

from secondline.intervals import NUMBER_WORDS

NUMBER = re.compile(r"([<>≤≥=~≈]?)\s*(-?\d+(?:\.\d*)?|-?\.\d+)")
POWER = re.compile(r"\s*[×x*]\s*10\s*[–−-]\s*(\d+)")


@dataclass(frozen=True)
class Printed:
    """A number as printed.

    Attributes
    ----------
    text : str
    value : Fraction
        The number shown.
    half : Fraction
        Half a unit of its last digit: how far the true value may lie off.
    relation : str
        "<" or ">" for a bound, "" for a number.
    """

    text: str
    value: Fraction
    half: Fraction
    relation: str = ""

    @property
    def low(self) -> Fraction | None:
        """The smallest true value, None if there is no bound."""
        if self.relation == "<":
            return None
        return self.value if self.relation == ">" else self.value - self.half

    @property
    def high(self) -> Fraction | None:
        """The largest true value, None if there is no bound."""
        if self.relation == ">":
            return None
        return self.value if self.relation == "<" else self.value + self.half

    def scaled(self, factor) -> "Printed":
        """Return the number in another unit."""
        factor = Fraction(factor)
        return Printed(self.text, self.value * factor, self.half * factor, self.relation)

    def may_equal(self, other: "Printed") -> bool:
        """Whether one true value can be printed in both ways."""
        return not (_below(self.high, other.low) or _below(other.high, self.low))


def read_number(text: str) -> Printed | None:
    """Return a printed number, or None where the text is not one.

    Read are plain numbers with thousands separators, ``<0.001``, powers of ten as
    ``8.56 × 10–9``, and the words zero to twenty. A word is taken as exact.
    """
    text = text.strip()
    if text.lower() in NUMBER_WORDS:
        return Printed(text, Fraction(NUMBER_WORDS[text.lower()]), Fraction(0))
    plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", text)
    match = NUMBER.match(plain)
    if not match:
        return None
    mark, digits = match.groups()
    power = POWER.fullmatch(plain[match.end() :])
    if plain[match.end() :].strip() and not power:
        return None
    scale = Fraction(1, 10 ** int(power.group(1))) if power else Fraction(1)
    places = len(digits.partition(".")[2])
    relation = {"<": "<", "≤": "<", ">": ">", "≥": ">"}.get(mark, "")
    half = Fraction(1, 2 * 10**places) * scale
    return Printed(text, Fraction(digits) * scale, half, relation)


def _below(a: Fraction | None, b: Fraction | None) -> bool:
    return a is not None and b is not None and a < b
