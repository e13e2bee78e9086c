"""Sample size and power by formula, where hazards are proportional."""

import numpy as np
from scipy import stats

from secondline.checks import check_above_zero, is_number
from secondline.errors import InputError
from secondline.trials.design import Design
from secondline.trials.sequential import check_alpha


def schoenfeld_events(
    hazard_ratio: float, *, power: float = 0.9, alpha: float = 0.05, share: float = 0.5
) -> float:
    """Return the events that a log-rank test needs.

    Parameters
    ----------
    hazard_ratio : float
        Above 0, not 1.
    power : float
        Above `alpha` / 2, below 1.
    alpha : float
        Two-sided.
    share : float
        Of the patients in arm 1.

    Raises
    ------
    InputError
        If a number cannot be used.

    Notes
    -----
    Schoenfeld, Biometrics 1983;39:499. Freedman's formula (Stat Med 1982;1:121), which
    lifelines has, puts (1 - HR) / (1 + HR) for -log(HR) / 2 and asks for slightly more.
    """
    _check(hazard_ratio, alpha, share)
    if hazard_ratio == 1 or not (is_number(power) and alpha / 2 < power < 1):
        raise InputError(
            f"hazard_ratio is {hazard_ratio!r} and power {power!r}; the ratio must not be 1, and "
            f"power must lie between {alpha / 2:g} and 1."
        )
    needed = stats.norm.isf(alpha / 2) + stats.norm.ppf(power)
    return float(needed**2 / (share * (1 - share) * np.log(hazard_ratio) ** 2))


def schoenfeld_power(
    events: float, hazard_ratio: float, *, alpha: float = 0.05, share: float = 0.5
) -> float:
    """Return the power of a log-rank test with so many events.

    Parameters
    ----------
    events : float
        0 or more.
    hazard_ratio, alpha, share
        As for :func:`schoenfeld_events`; a ratio of 1 gives half of `alpha`.

    Notes
    -----
    Rejection with the wrong arm ahead is left out, as in the formula.
    """
    _check(hazard_ratio, alpha, share)
    if not (is_number(events) and events >= 0):
        raise InputError(f"events is {events!r}; it must be a number, 0 or more.")
    drift = abs(np.log(hazard_ratio)) * np.sqrt(share * (1 - share) * events)
    return float(stats.norm.cdf(drift - stats.norm.isf(alpha / 2)))


def expected_events(design: Design, *, points: int = 4000) -> float:
    """Return the events expected by the design's end, if each is seen on its day.

    Parameters
    ----------
    design : Design
        Its scans play no part here: they find an event later than it happened.
    points : int
        Of the numerical integral over patients' entry.

    Returns
    -------
    float
    """
    u = (np.arange(points) + 0.5) / points
    watched = design.end - design.accrual_months * u ** (1 / design.accrual_power)
    grid = np.linspace(0, max(watched.max(), 1e-9), points)
    first = design.n_experimental
    total = 0.0
    for arm, n in ((design.experimental, first), (design.control, design.n - first)):
        failed = 1 - arm.curve.survival(grid)
        # lost from view before: only failures in view count
        here = np.exp(-arm.dropout * (grid[1:] + grid[:-1]) / 2) * np.diff(failed)
        seen = np.concatenate([[0.0], np.cumsum(here)])
        total += n * float(np.interp(watched, grid, seen).mean())
    return total


def sample_size(
    design: Design, hazard_ratio: float, *, power: float = 0.9, alpha: float = 0.05
) -> int:
    """Return the patients needed, with the design's accrual, follow-up and curves.

    Parameters
    ----------
    design : Design
        Its `n` is not used.
    hazard_ratio, power, alpha
        As for :func:`schoenfeld_events`.

    Raises
    ------
    InputError
        If a number cannot be used, or no event is expected.
    """
    share = design.experimental_share
    each = expected_events(design) / design.n
    if each <= 0:
        raise InputError("No event is expected by the end of this design; follow patients longer.")
    needed = schoenfeld_events(hazard_ratio, power=power, alpha=alpha, share=share)
    return int(np.ceil(needed / each))


def _check(hazard_ratio, alpha, share) -> None:
    check_alpha(alpha)
    check_above_zero(hazard_ratio=hazard_ratio)
    if not (is_number(share) and 0 < share < 1):
        raise InputError(f"share is {share!r}; it must lie between 0 and 1.")
