"""What a trial's printed numbers imply of each other, without any patient's data."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.errors import InputError


@dataclass(frozen=True)
class Printed:
    """A hazard ratio, two medians and two shares free of the event, as one trial prints them.

    Attributes
    ----------
    hazard_ratio : float
    median_axi, median_soc : float
        Months.
    share_axi, share_soc : float
        Free of the event at `at` months, proportions.
    at : float
        Months.
    hazard_ratio_unit, share_unit : float
        The last digit printed: 0.001 for 0.398, and 0.001 for 40.5 %.
    """

    hazard_ratio: float
    median_axi: float
    median_soc: float
    share_axi: float
    share_soc: float
    at: float
    hazard_ratio_unit: float = 0.001
    share_unit: float = 0.001

    def __post_init__(self):
        if not self.hazard_ratio > 0 or not min(self.median_axi, self.median_soc, self.at) > 0:
            raise InputError("The hazard ratio, the medians and the time must be above 0.")
        if not (0 < self.share_axi < 1 and 0 < self.share_soc < 1):
            raise InputError("The shares free of the event must lie between 0 and 1.")

    @property
    def share_from_hazard_ratio(self) -> float:
        """Share with axi-cel, if the SOC share and the (constant) hazard ratio were both right."""
        return self.share_soc**self.hazard_ratio

    @property
    def share_range(self) -> tuple[float, float]:
        """The same share, with both numbers as far off as their rounding allows."""
        share, ratio = self.share_unit / 2, self.hazard_ratio_unit / 2
        return (
            (self.share_soc - share) ** (self.hazard_ratio + ratio),
            (self.share_soc + share) ** (self.hazard_ratio - ratio),
        )

    @property
    def hazard_ratio_from_shares(self) -> float:
        """The constant hazard ratio that leads from one share to the other."""
        return float(np.log(self.share_axi) / np.log(self.share_soc))

    @property
    def hazard_ratio_from_medians(self) -> float:
        """The hazard ratio of two constant hazards with these medians."""
        return self.median_soc / self.median_axi

    @property
    def share_axi_from_median(self) -> float:
        """Share left with axi-cel if the hazard were constant and had its median."""
        return 2 ** (-self.at / self.median_axi)

    @property
    def share_soc_from_median(self) -> float:
        """Share left with SOC if the hazard were constant and had its median."""
        return 2 ** (-self.at / self.median_soc)

    @property
    def risk_ratio(self) -> float:
        """Share with the event by then, axi-cel over SOC."""
        return (1 - self.share_axi) / (1 - self.share_soc)

    @property
    def risk_reduction(self) -> float:
        """One less the risk ratio."""
        return 1 - self.risk_ratio

    @property
    def hazard_reduction(self) -> float:
        """One less the hazard ratio."""
        return 1 - self.hazard_ratio

    @property
    def difference(self) -> float:
        """Share free of the event, axi-cel less SOC."""
        return self.share_axi - self.share_soc

    @property
    def needed(self) -> float:
        """Patients treated with axi-cel instead of SOC for one more free of the event."""
        return 1 / self.difference


def implied_page(printed: Printed) -> pd.DataFrame:
    """Return the hazard ratios that three printed pairs imply, each read as constant."""
    rows = [
        ("the hazard ratio itself", f"{printed.hazard_ratio:g}", f"{printed.hazard_ratio:.3f}"),
        (
            f"the shares at {printed.at:g} months",
            f"{100 * printed.share_axi:.1f} % and {100 * printed.share_soc:.1f} %",
            f"{printed.hazard_ratio_from_shares:.3f}",
        ),
        (
            "the medians, each from a constant hazard",
            f"{printed.median_axi:.1f} and {printed.median_soc:.1f} months",
            f"{printed.hazard_ratio_from_medians:.3f}",
        ),
    ]
    return pd.DataFrame(rows, columns=["Read from", "Printed", "Hazard ratio, if constant"])


def risk_page(printed: Printed) -> pd.DataFrame:
    """Return one effect on the scales on which it can be told."""
    axi, soc = (f"{100 * (1 - share):.1f} %" for share in (printed.share_axi, printed.share_soc))
    by = f"by {printed.at:g} months"
    rows = [
        ("Hazard, on average over follow-up", "–", "–",
         f"{100 * printed.hazard_reduction:.0f} % lower"),
        (f"Risk of the event {by}, relative", axi, soc,
         f"{100 * printed.risk_reduction:.0f} % lower"),
        (f"Risk of the event {by}, absolute", axi, soc,
         f"{100 * printed.difference:.1f} points lower"),
        (f"Chance to be free of the event {by}, relative", f"{100 * printed.share_axi:.1f} %",
         f"{100 * printed.share_soc:.1f} %",
         f"{printed.share_axi / printed.share_soc:.1f} times as high"),
        ("Patients treated for one more free of it", "–", "–", f"{printed.needed:.1f}"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["What is compared", "axi-cel", "SOC", "Effect"])
