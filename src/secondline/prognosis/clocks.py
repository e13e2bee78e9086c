"""Two groups whose clocks start at one time, and whose failures do not."""

from math import exp, log

from secondline.checks import check_above_zero, check_between, is_number
from secondline.errors import InputError


def share_with_same_hazard(
    share: float, failed_at: float, other_failed_at: float, *, horizon: float = 24.0
) -> float:
    """Return the share alive in a second group that dies at the same rate after failure.

    Nobody dies before treatment has failed, and everybody at one constant rate thereafter;
    both shares are counted from diagnosis.

    Parameters
    ----------
    share : float
        Alive at the horizon in the first group, between 0 and 1.
    failed_at, other_failed_at : float
        Months from diagnosis to the failure, 0 or more and before the horizon.
    horizon : float
        Months from diagnosis.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If a share or a time cannot be.

    Examples
    --------
    >>> round(share_with_same_hazard(0.50, 6, 12), 2)
    0.63
    """
    _check(share, horizon, failed_at, other_failed_at)
    rate = -log(share) / (horizon - failed_at)
    return exp(-rate * (horizon - other_failed_at))


def failure_that_explains(
    share: float, failed_at: float, other_share: float, *, horizon: float = 24.0
) -> float:
    """Return when the second group fails if it dies at the first one's rate.

    Returns
    -------
    float
        Months from diagnosis; below 0 where even a failure at diagnosis would not do.

    Raises
    ------
    InputError
        If a share or a time cannot be.

    Examples
    --------
    >>> round(failure_that_explains(0.50, 6, 0.58), 1)
    9.9
    """
    _check(share, horizon, failed_at)
    check_between(0, 1, other_share=other_share)
    return horizon - (horizon - failed_at) * log(other_share) / log(share)


def _check(share: float, horizon: float, *times: float) -> None:
    check_between(0, 1, share=share)
    check_above_zero(horizon=horizon)
    if not all(is_number(time) and 0 <= time < horizon for time in times):
        raise InputError(
            f"Failures are at {', '.join(repr(time) for time in times)} months; they must lie "
            f"from 0 to before the horizon of {horizon:g} months."
        )
