"""Durable responses and relapse times that a printed event-free curve implies."""

import numpy as np
from scipy.optimize import brentq

from secondline.errors import InputError

FIRST_SCAN = 1.0  # months from the start of a treatment to its first scan


def durable_share(response, event_free, relapse, no_response, other_deaths, *, landmark: float):
    """Return the share of responders who never relapse that an event-free share implies.

    Responders enter response at the first scan; a share stays for good, the others
    relapse at a constant rate. Patients without response fail at a constant rate.

    Parameters
    ----------
    response, event_free : float or ndarray
        Shares who respond, and who have had no event by `landmark`.
    relapse, no_response : float or ndarray
        Median months in response of those who relapse, and to failure without one.
    other_deaths : float or ndarray
        Deaths from other causes, a month.
    landmark : float
        Months.

    Returns
    -------
    ndarray
        From 0 to 1; 0 or 1 where no share fits.
    """
    alive = np.exp(-np.asarray(other_deaths) * landmark)
    response = np.asarray(response, dtype=float)
    unresolved = (1 - response) * 0.5 ** (landmark / np.asarray(no_response))
    left = (np.asarray(event_free) / alive - unresolved) / response
    kept = 0.5 ** ((landmark - FIRST_SCAN) / np.asarray(relapse))
    return np.clip((left - kept) / (1 - kept), 0.0, 1.0)


def calibrate_relapse(
    response: float, event_free: float, no_response: float, other_deaths: float,
    *, median: float, landmark: float,
) -> float:  # fmt: skip
    """Solve for the relapse time at which the curve meets its median and a later point.

    Parameters
    ----------
    response, event_free, no_response, other_deaths, landmark
        As for :func:`durable_share`, single numbers.
    median : float
        Median event-free survival in months.

    Returns
    -------
    float
        Median months in response of those responders who relapse.

    Raises
    ------
    InputError
        If no relapse time meets both.
    """

    def excess(relapse):
        stays = durable_share(
            response, event_free, relapse, no_response, other_deaths, landmark=landmark
        )
        kept = stays + (1 - stays) * 0.5 ** ((median - FIRST_SCAN) / relapse)
        left = response * kept + (1 - response) * 0.5 ** (median / no_response)
        return float(left * np.exp(-other_deaths * median) - 0.5)

    # quick relapse leaves only the lasting responses at the median, slow relapse the most
    fastest, slowest = 0.05, 10 * landmark
    if not excess(fastest) < 0 < excess(slowest):
        raise InputError(
            f"No relapse time gives a median of {median:g} months and {100 * event_free:.1f} % "
            f"event-free at {landmark:g}: with {100 * response:.1f} % responding these contradict "
            "each other."
        )
    return float(brentq(excess, fastest, slowest, xtol=1e-12, rtol=1e-14))
