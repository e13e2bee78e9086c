"""How many patients can still be free of progression, given responses and durations.

The reasoning, with its assumptions:

- A patient is free of progression at a time only if still in response, or without
  response and yet without progression (lasting stable disease).
- A response that began by month `latest_response` and lasts to month ``t`` has
  lasted at least ``t - latest_response``. If that is not less than a printed median
  duration, at most half of the responses of that kind remain.
- A response that lasts ``d`` keeps its patient free of progression for at least
  ``d`` from the start of treatment, so at least half of the responders are free
  before the median duration.

Printed medians are taken at face value: their sampling error, and patients lost
from view, are left out.
"""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.survival.medians import classify_medians


@dataclass(frozen=True)
class ProgressionFreeBounds:
    """The fewest and the most responders that can be free of progression at a time.

    Attributes
    ----------
    months : float
        The time, from the start of treatment.
    n, responders : int
    fewest, most : float
        Responders who can be free of progression then; halves are possible.
    needed : int
        Patients without response who must be free of progression just before, too,
        for a median of all `n` at `months`: more than half must be.
    """

    months: float
    n: int
    responders: int
    fewest: float
    most: float
    needed: int

    @property
    def lower(self) -> float:
        """Lower bound of the share free of progression."""
        return self.fewest / self.n

    @property
    def upper(self) -> float:
        """Upper bound of the share, if every patient without response has progressed."""
        return self.most / self.n

    @property
    def nonresponders(self) -> int:
        """Patients without response."""
        return self.n - self.responders

    @property
    def possible(self) -> bool:
        """Whether there are enough patients without response."""
        return self.needed <= self.nonresponders


def free_bounds(
    n: int,
    responders: int,
    complete: int,
    *,
    months: float,
    dor_median: float = np.nan,
    docr_median: float = np.nan,
    latest_response: float = 6.0,
) -> ProgressionFreeBounds:
    """Bound the number of patients free of progression at a time.

    Parameters
    ----------
    n, responders, complete : int
        Patients, those with an objective response, and those with a complete one.
    months : float
        Time from the start of treatment, above 0.
    dor_median, docr_median : float
        Printed median duration of response and of complete response, in months; nan
        where it is not reached or not reported (it then bounds nothing).
    latest_response : float
        Month by which every response had begun (an assumption), 0 or more.

    Raises
    ------
    InputError
        If the counts do not fit each other or a time is out of range.
    """
    if not 0 <= complete <= responders <= n or n < 1:
        raise InputError(
            f"{complete} complete responses, {responders} responses and {n} patients do not fit; "
            "each must not exceed the next."
        )
    if not months > 0 or not latest_response >= 0:
        raise InputError(
            f"months is {months!r} and latest_response is {latest_response!r}; "
            "the first must be above 0, the second 0 or more."
        )
    lasted = months - latest_response
    in_complete = complete / 2 if lasted >= docr_median else complete
    most = in_complete + (responders - complete)
    if lasted >= dor_median:
        most = min(most, responders / 2)
    fewest = max(
        responders / 2 if months < dor_median else 0,
        complete / 2 if months < docr_median else 0,
    )
    needed = max(0, floor(n / 2 - most) + 1)
    return ProgressionFreeBounds(
        float(months), int(n), int(responders), float(fewest), float(most), needed
    )


def failed_responders(n: int, responders: int) -> int:
    """Return the fewest responders who must have failed by the median of all patients.

    By then half of `n` have progressed or died, if the printed median is taken at its
    word and nobody was lost from view; those without a response may all be among them.

    Raises
    ------
    InputError
        If the counts do not fit each other.
    """
    if not 0 <= responders <= n or n < 1:
        raise InputError(f"{responders} responders of {n} patients do not fit.")
    return max(0, ceil(n / 2) - (n - responders))


def cohort_bounds(
    trials: pd.DataFrame, *, latest_response: float = 6.0
) -> dict[int, ProgressionFreeBounds]:
    """Return the bounds at each printed median of progression-free survival.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`. Cohorts without a count of both
        responses, or without such a median, are left out.
    latest_response : float
        See :func:`free_bounds`.

    Returns
    -------
    dict
        By the index of `trials`.
    """
    medians = {name: classify_medians(trials, name)["median"] for name in ("DOR", "DoCR", "PFS")}
    bounds = {}
    for index, cohort in trials.iterrows():
        counts = cohort[["n", "orr_events", "cr_events"]]
        if counts.isna().any() or not medians["PFS"][index] > 0:
            continue
        bounds[index] = free_bounds(
            *map(int, counts),
            months=medians["PFS"][index],
            dor_median=medians["DOR"][index],
            docr_median=medians["DoCR"][index],
            latest_response=latest_response,
        )
    return bounds


def bound_table(trials: pd.DataFrame, bounds: dict[int, ProgressionFreeBounds]) -> pd.DataFrame:
    """Return the bounds in words, one row a cohort."""
    rows = [
        {
            "Trial": trials.loc[index, "trial"],
            "Median PFS": f"{b.months:g}",
            "Responders": f"{b.responders} of {b.n}",
            "Free at most": f"{b.most:g}",
            "Of all": f"{100 * b.upper:.0f} %",
            "Must be": f"more than {b.n / 2:g}",
            "Others needed": f"{b.needed} of {b.nonresponders}",
        }
        for index, b in bounds.items()
    ]
    columns = [
        "Trial", "Median PFS", "Responders", "Free at most", "Of all",
        "Must be", "Others needed",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
