"""Virtual patients in whom time does nothing, and a trend over time appears all the same."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.proportions.report import percent

# days that divide the classes, as in the published subgroups
CUTS = (90, 180, 365)


@dataclass(frozen=True)
class FrailtyTrend:
    """Response by time to relapse where only the disease's aggressiveness counts.

    Attributes
    ----------
    sizes, shares : tuple of float
        Share of the patients in each class of time to relapse, and the share of
        them that responds; both from 0 to 1, in the order of time.
    at_once : float
        Share of all patients that responds if every patient is treated at relapse.
    among_waiters : float
        Share that responds among those who live long enough to be treated `wait`
        days later.
    of_all_after_waiting : float
        The same responders as a share of all patients.
    alive : float
        Share of the patients that lives through the wait.
    wait : int
        Days.
    """

    sizes: tuple[float, ...]
    shares: tuple[float, ...]
    at_once: float
    among_waiters: float
    of_all_after_waiting: float
    alive: float
    wait: int


def simulate_frailty(
    *, strength: float = 1.5, wait: int = 120, n: int = 200_000, seed: int = 0
) -> FrailtyTrend:
    """Simulate patients who relapse after CAR-T and are then given an antibody.

    Each patient's disease has an aggressiveness drawn from a standard normal
    distribution. It shortens the time to relapse (log-normal around 110 days) and
    survival after relapse (exponential around 165 days), and lowers the odds of a
    response. Neither the time since CAR-T nor the wait has any effect of its own.

    Parameters
    ----------
    strength : float
        How much one standard deviation of aggressiveness lowers the log odds of
        response; 0 removes the trend. At least 0.
    wait : int
        Days by which treatment is put off, at least 0.
    n : int
        Virtual patients.
    seed : int

    Returns
    -------
    FrailtyTrend

    Raises
    ------
    InputError
        If a setting cannot be used.
    """
    if strength < 0 or wait < 0 or n < 100:
        raise InputError(
            f"strength is {strength!r}, wait {wait!r} and n {n!r}; strength and wait must not "
            "be negative, and n must be at least 100."
        )
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    aggressive, scatter = generator.standard_normal((2, n))
    relapse = 110 * np.exp(0.6 * scatter - 0.9 * aggressive)
    survival = generator.exponential(165 * np.exp(-0.7 * aggressive))
    responds = generator.random(n) < 1 / (1 + np.exp(0.1 + strength * aggressive))
    classes = np.searchsorted(CUTS, relapse)
    alive = survival > wait
    return FrailtyTrend(
        sizes=tuple(float(np.mean(classes == c)) for c in range(len(CUTS) + 1)),
        shares=tuple(float(np.mean(responds[classes == c])) for c in range(len(CUTS) + 1)),
        at_once=float(np.mean(responds)),
        among_waiters=float(np.mean(responds[alive])),
        of_all_after_waiting=float(np.mean(responds & alive)),
        alive=float(np.mean(alive)),
        wait=wait,
    )


def frailty_table(trend: FrailtyTrend, names) -> pd.DataFrame:
    """Return the virtual response by time to relapse, and with and without a wait.

    Parameters
    ----------
    trend : FrailtyTrend
    names : sequence of str
        What the four classes of time are called.
    """
    rows = [
        {
            "Virtual patients": f"relapse {name}",
            "% of all": percent(size, 0),
            "Response %": percent(share, 0),
        }
        for name, size, share in zip(names, trend.sizes, trend.shares, strict=True)
    ]
    alive = percent(trend.alive, 0)
    waited = f"treated {trend.wait} days later"
    for name, size, share in (
        ("all, treated at relapse", "100", trend.at_once),
        (f"{waited}, those still alive", alive, trend.among_waiters),
        (f"{waited}, share of all patients", "100", trend.of_all_after_waiting),
    ):
        rows.append({"Virtual patients": name, "% of all": size, "Response %": percent(share, 0)})
    return pd.DataFrame(rows)
