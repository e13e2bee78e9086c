"""A positive scan after treatment and the biopsy of it, in patients out of a hundred."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.checks import check_share
from secondline.errors import InputError


@dataclass(frozen=True)
class PositiveScan:
    """A scan and the biopsy of those that are positive, in shares of all patients scanned.

    Attributes
    ----------
    lymphoma : float
        Share of all with lymphoma.
    sensitivity, specificity : float
        Of the scan.
    biopsy_sensitivity : float
        Of the biopsy; it is taken never to find lymphoma where there is none.
    """

    lymphoma: float
    sensitivity: float
    specificity: float
    biopsy_sensitivity: float

    @property
    def true_positive(self) -> float:
        """Share with a positive scan and lymphoma."""
        return self.lymphoma * self.sensitivity

    @property
    def false_positive(self) -> float:
        """Share with a positive scan and no lymphoma."""
        return (1 - self.lymphoma) * (1 - self.specificity)

    @property
    def positive(self) -> float:
        """Share with a positive scan."""
        return self.true_positive + self.false_positive

    @property
    def ppv(self) -> float:
        """Share of positive scans with lymphoma."""
        return self.true_positive / self.positive

    @property
    def biopsy_positive(self) -> float:
        """Share of positive scans with lymphoma on biopsy."""
        return self.ppv * self.biopsy_sensitivity

    @property
    def missed(self) -> float:
        """Share of negative biopsies after a positive scan that have missed lymphoma."""
        negative = 1 - self.biopsy_positive
        return (self.ppv - self.biopsy_positive) / negative if negative else 0.0


def positive_scan(
    lymphoma: float, sensitivity: float, specificity: float, biopsy_sensitivity: float
) -> PositiveScan:
    """Put a scan and a biopsy together.

    Raises
    ------
    InputError
        If a share lies outside of 0 to 1, or no scan would be positive.
    """
    values = {
        "lymphoma": lymphoma, "sensitivity": sensitivity, "specificity": specificity,
        "biopsy_sensitivity": biopsy_sensitivity,
    }  # fmt: skip
    check_share(**values)
    scan = PositiveScan(**values)
    if scan.positive == 0:
        raise InputError(
            "No scan would be positive. Take a higher sensitivity or a lower specificity."
        )
    return scan


def diseased_outcome(group: float, ppv: float, clear: float) -> float:
    """Return the share alive of those with lymphoma, if the others of a group do as told.

    Parameters
    ----------
    group : float
        Share alive in the whole group.
    ppv : float
        Share of the group with lymphoma, above 0.
    clear : float
        Share alive of those without.

    Returns
    -------
    float
        Below 0 where the three cannot hold together.

    Raises
    ------
    InputError
        If a share alive is none.

    Examples
    --------
    >>> round(diseased_outcome(0.5, 0.8, 0.9), 3)
    0.4
    """
    check_share(group=group, clear=clear)
    return (group - (1 - ppv) * clear) / ppv


def ppv_that_explains(group: float, diseased: float, clear: float) -> float:
    """Return the share with lymphoma at which those who have it do as another group does.

    Parameters
    ----------
    group, diseased, clear : float
        Shares alive in the whole group, of the other group, and of those without lymphoma;
        the whole group's lies between the other two.

    Raises
    ------
    InputError
        If it does not.

    Examples
    --------
    >>> round(ppv_that_explains(0.5, 0.3, 0.9), 3)
    0.667
    """
    check_share(group=group, diseased=diseased, clear=clear)
    if not diseased < clear or not diseased <= group <= clear:
        raise InputError(
            f"{100 * group:g} % of the group are alive; that must lie between {100 * diseased:g} % "
            f"with and {100 * clear:g} % without lymphoma."
        )
    return (clear - group) / (clear - diseased)


def outcome_line(group: float, clear: float, points: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return shares with lymphoma, and the share alive of those who have it, where possible."""
    ppv = np.linspace(1 / points, 1, points)
    alive = diseased_outcome(group, ppv, clear)
    fits = (alive >= 0) & (alive <= 1)
    return ppv[fits], alive[fits]


def explaining_reading(scan: PositiveScan, group: float, diseased: float, clear: float) -> str:
    """Say how those of a group live who have lymphoma, and what would explain its survival.

    Parameters
    ----------
    scan : PositiveScan
        Its predictive value is the share of the group with lymphoma.
    group, diseased, clear : float
        Shares alive of the group, of those with progression, and of those without lymphoma.
    """
    explains = ppv_that_explains(group, diseased, clear)
    alive = diseased_outcome(group, scan.ppv, clear)
    start = (
        f"If {100 * clear:.0f} % of those without lymphoma are alive at two years, the printed "
        f"{100 * group:.0f} % of all partial responders need no better outlook with lymphoma "
        f"than the {100 * diseased:.0f} % of progression once {100 * explains:.0f} of 100 have it."
    )
    here = f"With the settings {100 * scan.ppv:.0f} of 100 have it"
    if alive < 0:
        return (
            f"{start} {here}. That cannot go with the printed share: more would be alive without "
            "lymphoma than are alive in all."
        )
    compared = "more than" if alive > diseased + 0.005 else "fewer than"
    if abs(alive - diseased) <= 0.005:
        compared = "as many as"
    return (
        f"{start} {here}, and {100 * alive:.0f} % of those would be alive, {compared} after "
        "progression."
    )


def biopsy_page(scan: PositiveScan, per: int = 1000) -> pd.DataFrame:
    """Return natural frequencies: of so many patients, how many are where."""
    missed = scan.true_positive * (1 - scan.biopsy_sensitivity)
    rows = {
        "positive scan": (scan.positive, scan.true_positive),
        "… and positive biopsy": (scan.true_positive - missed,) * 2,
        "… and negative biopsy": (scan.false_positive + missed, missed),
        "negative scan": (1 - scan.positive, scan.lymphoma - scan.true_positive),
    }
    return pd.DataFrame(
        {
            "Finding": name,
            "Patients": f"{per * share:.0f}",
            "With lymphoma": f"{per * ill:.0f}",
            "Without it": f"{per * (share - ill):.0f}",
            "Of 100 such, with it": f"{100 * ill / share:.0f}" if share > 1e-12 else "–",
        }
        for name, (share, ill) in rows.items()
    )


def prevalence_page(scan: PositiveScan, shares=(0.1, 0.2, 0.3, 0.4)) -> pd.DataFrame:
    """Return what the same scan means where lymphoma is rarer or commoner."""
    others = [
        PositiveScan(share, scan.sensitivity, scan.specificity, scan.biopsy_sensitivity)
        for share in shares
    ]
    return pd.DataFrame(
        {
            "With lymphoma, of 100 scanned": f"{100 * one.lymphoma:.0f}",
            "Positive scans": f"{100 * one.positive:.0f}",
            "Of 100 positive scans, with it": f"{100 * one.ppv:.0f}",
            "Of 100 positive scans, biopsy positive": f"{100 * one.biopsy_positive:.0f}",
        }
        for one in others
        if one.positive
    )
