"""What a negative predictive value says, in patients, and how common the outcome must be."""

from dataclasses import dataclass

import pandas as pd

from secondline.checks import check_above_zero, check_between
from secondline.errors import InputError


@dataclass(frozen=True)
class NegativeScan:
    """A scan in a group of patients, in shares of all of them.

    Attributes
    ----------
    npv : float
        Share of negative scans whose patients stay free of the outcome.
    outcome : float
        Share of all patients with the outcome.
    negative : float
        Share of all patients with a negative scan.
    """

    npv: float
    outcome: float
    negative: float

    @property
    def wrong_negative(self) -> float:
        """Share with a negative scan and the outcome."""
        return self.negative * (1 - self.npv)

    @property
    def right_positive(self) -> float:
        """Share with a positive scan and the outcome."""
        return self.outcome - self.wrong_negative

    @property
    def ppv(self) -> float:
        """Share of positive scans whose patients have the outcome."""
        return self.right_positive / (1 - self.negative)

    @property
    def sensitivity(self) -> float:
        """Share of those with the outcome whose scan is positive."""
        return self.right_positive / self.outcome

    @property
    def specificity(self) -> float:
        """Share of those without the outcome whose scan is negative."""
        return self.negative * self.npv / (1 - self.outcome)


def negative_scan(npv: float, outcome: float, negative: float) -> NegativeScan:
    """Put a predictive value, the outcome's share and the share of negative scans together.

    Raises
    ------
    InputError
        If a share is not between 0 and 1, or the three cannot hold in one group.
    """
    check_between(0, 1, npv=npv, outcome=outcome, negative=negative)
    scan = NegativeScan(npv, outcome, negative)
    if scan.right_positive < 0:
        raise InputError(
            f"Of {100 * negative:g} negative scans in 100 patients, "
            f"{100 * scan.wrong_negative:.3g} would be wrong, but only {100 * outcome:.3g} of "
            "the 100 have the outcome at all. "
            "Take fewer negative scans, a higher predictive value or a commoner outcome."
        )
    if scan.ppv > 1:
        raise InputError(
            f"{100 * scan.right_positive:.3g} of 100 patients would have to have a positive scan "
            f"and the outcome, but only {100 * (1 - negative):.3g} have a positive scan. "
            "Take fewer negative scans, a lower predictive value or a rarer outcome."
        )
    return scan


def outcome_share(npv: float, ratio: float) -> float:
    """Return how common the outcome must be for a predictive value.

    Parameters
    ----------
    npv : float
        Negative predictive value, between 0 and 1.
    ratio : float
        Likelihood ratio of a negative scan: how many times as common it is in patients
        with the outcome as in those without; 1 for a scan that tells nothing.

    Raises
    ------
    InputError
        If the value does not lie between 0 and 1, or the ratio is not above 0.

    Examples
    --------
    >>> round(outcome_share(0.8, 0.5), 3)
    0.333
    """
    check_between(0, 1, npv=npv)
    check_above_zero(ratio=ratio)
    odds = (1 - npv) / npv / ratio
    return odds / (1 + odds)


def likelihood_ratio(npv: float, outcome: float) -> float:
    """Return the ratio by which a negative scan must change the odds of the outcome.

    Raises
    ------
    InputError
        If a share does not lie between 0 and 1.
    """
    check_between(0, 1, npv=npv, outcome=outcome)
    return (1 - npv) / npv / (outcome / (1 - outcome))


def frequencies_page(scan: NegativeScan, per: int = 1000) -> pd.DataFrame:
    """Return natural frequencies: of so many patients, how many are where."""
    rows = {
        "negative": (scan.negative, scan.wrong_negative),
        "positive": (1 - scan.negative, scan.right_positive),
        "all": (1.0, scan.outcome),
    }
    return pd.DataFrame(
        {
            "Scan": name,
            "Patients": f"{per * share:.0f}",
            "With the outcome": f"{per * ill:.0f}",
            "Without it": f"{per * (share - ill):.0f}",
            "Of 100 such scans, with it": f"{100 * ill / share:.0f}",
        }
        for name, (share, ill) in rows.items()
    )


def implied_page(npv: float, ratios=(1.0, 0.75, 0.5, 0.25, 0.1)) -> pd.DataFrame:
    """Return how common the outcome must be, for scans that tell nothing to much."""
    words = {1.0: "nothing", 0.75: "little", 0.5: "something", 0.25: "much", 0.1: "very much"}
    return pd.DataFrame(
        {
            "A negative scan tells": words.get(ratio, "–"),
            "It changes the odds by the factor": f"{ratio:g}",
            "Outcome among all, per 100": f"{100 * outcome_share(npv, ratio):.0f}",
            "Among negative scans, per 100": f"{100 * (1 - npv):.0f}",
        }
        for ratio in ratios
    )
