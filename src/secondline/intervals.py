"""Algebra on published numbers: counts, percentages and how they were rounded."""

import re
from decimal import Decimal
from fractions import Fraction

from secondline.errors import InputError

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}


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
