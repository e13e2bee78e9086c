"""What a rule returns."""

from dataclasses import dataclass

SEVERITIES = ("high", "medium", "low")


@dataclass(frozen=True)
class Check:
    """One rule applied to one set of claims.

    Attributes
    ----------
    rule : str
        Name of the rule.
    claims : tuple of str
        Ids of the claims involved, the one in question first.
    holds : bool
        Whether the numbers fit.
    expected, printed : str
        What follows, and what is printed; empty where the check holds.
    severity : str
        "high", "medium" or "low" for a finding, "" where the check holds.
    reason : str
        One or two sentences.
    impossible : bool
        Whether the printed numbers cannot all be true, whatever the data.
    readings, consequence : str
        What would resolve the finding, and what it changes for a reader; filled
        for findings that a person has looked at.
    """

    rule: str
    claims: tuple[str, ...]
    holds: bool
    expected: str = ""
    printed: str = ""
    severity: str = ""
    reason: str = ""
    impossible: bool = False
    readings: str = ""
    consequence: str = ""


def passed(rule: str, *claims: str) -> Check:
    """Return a check that holds."""
    return Check(rule=rule, claims=claims, holds=True)
