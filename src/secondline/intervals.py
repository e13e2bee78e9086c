"""Printed numbers: how they are read, what true values they may stand for, how P is written."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isnan

from secondline.errors import InputError

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}

NUMBER = re.compile(r"([<>≤≥=~≈]?)\s*(-?\d+(?:\.\d*)?|-?\.\d+)", re.ASCII)
# as journals print it (4.7 × 10–9, 4.7 × 10⁻⁹), and as programs do (4.7e-9)
POWER = re.compile(r"\s*[×x*]\s*10\s*\^?\s*([–−-])\s*(\d{1,3})|[eE]([+-]?)(\d{1,3})", re.ASCII)
RAISED = re.compile("10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True)
class PrintedNumber:
    """A number as printed, and all the true values that it may stand for.

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

    def scaled(self, factor) -> "PrintedNumber":
        """Return the number in another unit."""
        factor = Fraction(factor)
        return PrintedNumber(self.text, self.value * factor, self.half * factor, self.relation)

    def may_equal(self, other: "PrintedNumber") -> bool:
        """Whether one true value can be printed in both ways."""
        return not (_below(self.high, other.low) or _below(other.high, self.low))


def read_number(text: str) -> PrintedNumber | None:
    """Return a printed number, or None where the text is not one.

    Read are plain numbers with thousands separators, ``<0.001``, powers of ten as
    ``8.56 × 10–9``, ``8.56 × 10⁻⁹`` or ``8.56e-9``, and the words zero to twenty. A word
    is taken as exact.
    """
    text = text.strip()
    if text.lower() in NUMBER_WORDS:
        return PrintedNumber(text, Fraction(NUMBER_WORDS[text.lower()]), Fraction(0))
    plain = RAISED.sub(lambda power: f"10-{power[1].translate(LOWERED)}", text)
    plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", plain)
    match = NUMBER.match(plain)
    if not match:
        return None
    mark, digits = match.groups()
    power = POWER.fullmatch(plain[match.end() :])
    if plain[match.end() :].strip() and not power:
        return None
    exponent = 0
    if power:
        minus, shift, sign, short = power.groups()
        exponent = int(shift or short) * (-1 if minus or sign == "-" else 1)
    scale = Fraction(10) ** exponent
    places = len(digits.partition(".")[2])
    relation = {"<": "<", "≤": "<", ">": ">", "≥": ">"}.get(mark, "")
    half = Fraction(1, 2 * 10**places) * scale
    return PrintedNumber(text, Fraction(digits) * scale, half, relation)


def p_value(p: float, *, least: float = 1e-4) -> str:
    """Write a P value in a sentence: ``P = 0.013``, ``P < 0.0001``.

    Parameters
    ----------
    p : float
        nan where there is none.
    least : float
        The smallest P that is written as a number.
    """
    text = bare_p(p, least=least)
    return f"P {text}" if text.startswith("<") else f"P = {text}"


def bare_p(p: float, *, least: float = 1e-4) -> str:
    """Write a P value for a table: ``0.013``, ``< 0.0001``, an en dash if there is none.

    Examples
    --------
    >>> bare_p(0.0134), bare_p(0.00054), bare_p(2e-7), bare_p(0.00054, least=0.001)
    ('0.013', '0.0005', '< 0.0001', '< 0.001')
    """
    if isnan(p):
        return "–"
    if p < least:
        return f"< {least:.10f}".rstrip("0")
    return f"{p:.4f}" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def decimals(printed: str) -> int:
    """Return how many digits a printed number has after its point.

    Raises
    ------
    InputError
        If the text is not a plain decimal number.
    """
    _number(printed)
    return len(printed.partition(".")[2])


def whole_number(printed: str) -> int:
    """Return a count that is printed in digits or as a word, from zero to twenty.

    Raises
    ------
    InputError
        If the text is neither.

    Examples
    --------
    >>> whole_number("nine"), whole_number("350")
    (9, 350)
    """
    text = printed.strip().lower()
    if text in NUMBER_WORDS:
        return NUMBER_WORDS[text]
    if not re.fullmatch(r"[0-9]+", text):
        raise InputError(f"{printed!r} is not a printed count such as '18' or 'nine'.")
    return int(text)


def percentage_agrees(n: int, N: int, printed: str) -> bool:
    """Tell whether a printed percentage is n/N rounded to the digits it shows.

    Exact arithmetic. A value midway between two digits may have been rounded up
    or to even; both count as agreement.

    Parameters
    ----------
    n, N : int
        Numerator and denominator, ``0 <= n <= N`` and ``N > 0``.
    printed : str
        The percentage without its sign, with its trailing zeros: ``"76.1"``.

    Raises
    ------
    InputError
        If the text is not a number or the counts are not a share.
    """
    if not 0 <= n <= N or N == 0:
        raise InputError(f"{n} of {N} is not a share: give 0 <= n <= N with N above 0.")
    value = _number(printed)
    share = Fraction(100 * int(n), int(N))
    unit = Decimal(1).scaleb(-decimals(printed))
    scaled = share / Fraction(unit)
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest == scaled.denominator:
        candidates = {whole + 1, whole + whole % 2}
    else:
        candidates = {whole + (2 * rest > scaled.denominator)}
    return Fraction(value) / Fraction(unit) in candidates


def counts_from_percentage(printed: str, N: int) -> tuple[int, ...]:
    """Return every count out of N that would be printed as this percentage.

    Parameters
    ----------
    printed : str
        The percentage without its sign, with its trailing zeros: ``"34.9"``.
    N : int
        Denominator, 1 or more.

    Returns
    -------
    tuple of int
        Ascending; empty where no count of N gives the percentage.

    Raises
    ------
    InputError
        If the text is not a number or N is not above 0.

    Examples
    --------
    >>> counts_from_percentage("34.9", 43), counts_from_percentage("84.2", 17)
    ((15,), ())
    """
    if N < 1:
        raise InputError(f"N is {N}; a percentage needs at least one patient.")
    near = int(_number(printed) * int(N) / 100)
    # one digit less or more than shown moves the count by no more than this
    reach = int(int(N) / (100 * 10 ** decimals(printed))) + 1
    candidates = range(max(0, near - reach), min(int(N), near + reach + 1) + 1)
    return tuple(n for n in candidates if percentage_agrees(n, int(N), printed))


def as_printed(value: float, like: str) -> str:
    """Return a number rounded to as many digits as a printed one shows."""
    return f"{value:.{decimals(like)}f}"


def _number(printed: str) -> Decimal:
    text = printed.strip()
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise InputError(f"{printed!r} is not a printed number such as '76.1'.")
    return Decimal(text)


def _below(a: Fraction | None, b: Fraction | None) -> bool:
    return a is not None and b is not None and a < b
