"""Numbers in the cells of a reader's table, written as people and spreadsheets write them."""

import re

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([,.' ]\d{3})+", re.ASCII)
PERCENTAGE = re.compile(r"[+-]?\d*[.,]?\d+ ?%", re.ASCII)
NO_COUNT = (
    "looks like a percentage or a share, not a count; give the number of patients, or leave "
    "the cell empty"
)


def read_number_cell(text: str, *, kind: str, largest: float) -> tuple[float | None, str]:
    """Return the number in a cell, and what is wrong with it.

    Parameters
    ----------
    text : str
        Without blanks around it; "" is a missing number. A decimal comma is read as a
        decimal point unless three digits follow, when it may part thousands.
    kind : {"count", "whole", "number"}
        A count of patients, another whole number such as a year, or any number.
    largest : float
        The largest size that is allowed.

    Returns
    -------
    number : float or None
    fault : str
        The end of a sentence that begins with the cell, or "".
    """
    if not text:
        return None, ""
    if PERCENTAGE.fullmatch(text):
        if kind == "count":
            return None, NO_COUNT
        return None, "is a percentage; write a number without the sign"
    if "," in text and THOUSANDS.fullmatch(text) and kind != "number":
        return None, f"has a mark between thousands; write {re.sub(r'[^0-9+-]', '', text)}"
    if DECIMAL_COMMA.fullmatch(text):
        if THOUSANDS.fullmatch(text):
            return None, (
                "may have a decimal comma or a mark between thousands; write a decimal point, "
                "or no mark"
            )
        text = text.replace(",", ".")
    if not PLAIN.fullmatch(text):
        if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            return None, "is not a number that a trial can have"
        end = "; leave the cell empty where nothing was reported"
        return None, "is not a number" + (end if kind == "count" else "")
    number = float(text)
    if not abs(number) <= largest:
        return None, "is not a number that a trial can have"
    if kind != "number" and number != int(number):
        return None, NO_COUNT if kind == "count" else "is not a whole number"
    return number, ""
