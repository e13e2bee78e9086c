"""What it does to a comparison that responders had to live until they were assessed.

Cohorts in which the response does nothing: every patient has the same hazard. Whoever dies
before the assessment cannot be called a responder.
"""

from dataclasses import dataclass, field

import numpy as np

from secondline.errors import InputError, one_of
from secondline.trials.cox import cox

UNASSESSED = ("no response", "left out")


@dataclass(frozen=True, eq=False)
class GuaranteeTime:
    """Hazard ratios of no response against response, one a cohort; the truth is 1.

    Attributes
    ----------
    naive, landmark : ndarray, shape (cohorts,)
        From diagnosis with all who have a class, and from the assessment with those at risk
        then. NaN without a finite estimate.
    share_naive : float
        Mean share alive at the horizon, from diagnosis, of those called responders.
    share_true : float
        Share alive then of all patients.
    assessed_at, horizon : float
    unassessed : str
    """

    naive: np.ndarray = field(repr=False)
    landmark: np.ndarray = field(repr=False)
    share_naive: float
    share_true: float
    assessed_at: float
    horizon: float
    unassessed: str


def guarantee_time(
    cohorts: int, n: int, *, early_deaths: float, later_deaths: float, responders: float,
    assessed_at: float = 6.0, horizon: float = 24.0, unassessed: str = "no response", seed: int = 1,
) -> GuaranteeTime:  # fmt: skip
    """Simulate cohorts in which the response has no effect on survival.

    Parameters
    ----------
    cohorts, n : int
        Cohorts, and patients in each; all are observed to the horizon.
    early_deaths, later_deaths : float
        Share that dies before the assessment, and share of the others that dies between it
        and the horizon, both at constant hazards; between 0 and 1.
    responders : float
        Share of responders among those who are assessed, between 0 and 1.
    assessed_at, horizon : float
        Months from diagnosis.
    unassessed : {"no response", "left out"}
        What becomes of those who die before they are assessed.
    seed : int

    Raises
    ------
    InputError
        If a share is not between 0 and 1, the horizon not after the assessment, or the rule
        unknown.
    """
    for name, value in (("early_deaths", early_deaths), ("later_deaths", later_deaths),
                        ("responders", responders)):  # fmt: skip
        if not 0 < value < 1:
            raise InputError(f"{name} is {value!r}; it must lie between 0 and 1.")
    if not 0 < assessed_at < horizon:
        raise InputError(
            f"assessed_at is {assessed_at!r} and horizon {horizon!r}; the assessment must lie "
            "above 0 and before the horizon."
        )
    if unassessed not in UNASSESSED:
        raise InputError(f"unassessed is {unassessed!r}; allowed: {one_of(UNASSESSED)}.")
    rng = np.random.default_rng(seed)
    early = -np.log1p(-early_deaths) / assessed_at
    later = -np.log1p(-later_deaths) / (horizon - assessed_at)
    # a piecewise constant hazard, by its inverse cumulative
    total = rng.standard_exponential((cohorts, n))
    before = total <= early * assessed_at
    time = np.where(before, total / early, assessed_at + (total - early * assessed_at) / later)
    died = time <= horizon
    time = np.minimum(time, horizon)
    responds = (rng.random((cohorts, n)) < responders) & ~before
    naive, landmarked = np.empty(cohorts), np.empty(cohorts)
    for i in range(cohorts):
        known = ~before[i]
        used = np.ones(n, dtype=bool) if unassessed == "no response" else known
        naive[i] = _hazard_ratio(time[i, used], died[i, used], ~responds[i, used])
        landmarked[i] = _hazard_ratio(
            time[i, known] - assessed_at, died[i, known], ~responds[i, known]
        )
    return GuaranteeTime(
        naive, landmarked, float((~died[responds]).mean()), float((~died).mean()),
        float(assessed_at), float(horizon), unassessed,
    )  # fmt: skip


def _hazard_ratio(time, died, group) -> float:
    if len(np.unique(group)) < 2 or not died.any():
        return float("nan")
    fit = cox(time, died, group.astype(float))
    return float(fit.hazard_ratio[0]) if np.isfinite(fit.se[0]) else float("nan")


def typical(ratios) -> float:
    """Return the median of simulated hazard ratios; those without an estimate do not count."""
    return float(np.nanmedian(ratios))
