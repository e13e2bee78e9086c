"""How evenly chance divides patients: ways to randomise, in many virtual trials."""

from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError, one_of

WAYS = {
    "coin": "a coin for each patient",
    "blocks": "permuted blocks",
    "strata": "permuted blocks, patients with and without the trait apart",
}


@dataclass(frozen=True, eq=False)
class Allocation:
    """Virtual trials in which patients were randomised in one way.

    Attributes
    ----------
    way : str
        One of :data:`WAYS`.
    n : int
        Patients in a trial.
    sizes : ndarray of int, shape (n_trials,)
        Patients in arm 1.
    differences : ndarray of float, shape (n_trials,)
        Share with the trait in arm 1 less that in arm 0.
    """

    way: str
    n: int
    sizes: np.ndarray
    differences: np.ndarray

    def quantiles(self, *levels: float) -> tuple[float, ...]:
        """Return quantiles of the difference in share."""
        return tuple(float(q) for q in np.quantile(self.differences, levels))

    def beyond(self, gap: float) -> float:
        """Return the share of trials whose arms differ by `gap` or more, either way."""
        # shares of whole patients: a hair below the bound still counts
        return float(np.mean(np.abs(self.differences) >= gap - 1e-12))


def simulate_allocation(
    way: str, *, n: int, share: float, block_size: int, n_trials: int, seed: int
) -> Allocation:
    """Randomise virtual patients with a trait one to one, in many trials.

    Parameters
    ----------
    way : {"coin", "blocks", "strata"}
        A coin for each patient; blocks of patients with half to each arm in random
        order; such blocks for patients with and without the trait apart.
    n : int
        Patients in a trial, 2 or more.
    share : float
        Chance that a patient has the trait, 0 to 1.
    block_size : int
        Even, 2 or more.
    n_trials, seed : int

    Returns
    -------
    Allocation
        Trials that left an arm empty are not among them.

    Raises
    ------
    InputError
        If a value cannot be.
    """
    if way not in WAYS:
        raise InputError(f"way is {way!r}; allowed: {one_of(WAYS)}.")
    if n < 2 or n_trials < 1:
        raise InputError(f"n is {n} and n_trials {n_trials}; 2 patients and 1 trial are needed.")
    if not 0 <= share <= 1:
        raise InputError(f"share is {share!r}; it must be a number from 0 to 1.")
    if block_size < 2 or block_size % 2:
        raise InputError(f"block_size is {block_size!r}; it must be an even number of 2 or more.")
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    trait = rng.random((n_trials, n)) < share
    if way == "coin":
        arm = rng.random((n_trials, n)) < 0.5
    elif way == "blocks":
        arm = _blocks(rng, n_trials, n, block_size)
    else:
        arm = np.empty((n_trials, n), bool)
        for has in (False, True):
            # a patient takes the next place in the list of his or her stratum
            place = np.cumsum(trait == has, axis=1) - 1
            listed = np.take_along_axis(
                _blocks(rng, n_trials, n, block_size), np.maximum(place, 0), axis=1
            )
            arm = np.where(trait == has, listed, arm)
    sizes = arm.sum(axis=1)
    full = (sizes > 0) & (sizes < n)
    arm, trait, sizes = arm[full], trait[full], sizes[full]
    ones = (arm & trait).sum(axis=1)
    differences = ones / sizes - (trait.sum(axis=1) - ones) / (n - sizes)
    return Allocation(way, n, sizes, differences)


def _blocks(rng, n_trials: int, n: int, size: int) -> np.ndarray:
    count = -(-n // size)
    block = np.repeat([True, False], size // 2)
    lists = rng.permuted(np.tile(block, (n_trials, count, 1)), axis=2)
    return lists.reshape(n_trials, count * size)[:, :n]


@dataclass(frozen=True)
class Waiting:
    """Patients of one and the same outlook, parted by whether they reached a treatment.

    Attributes
    ----------
    reached : float
        Share still free of the event when the treatment is given.
    median_reached, median_others : float
        Median time to the event since randomisation, in months.
    """

    reached: float
    median_reached: float
    median_others: float


def waiting(median: float, months: float) -> Waiting:
    """Part patients with a constant rate of events at a month, without any effect.

    Whoever has no event before `months` "reaches" a treatment that does nothing. The
    difference between the groups is immortal time and selection, nothing else.

    Parameters
    ----------
    median : float
        Of all patients, in months, above 0.
    months : float
        When the treatment is given, 0 or more.

    Raises
    ------
    InputError
        If a value cannot be.

    Examples
    --------
    >>> split = waiting(2.0, 2.0)
    >>> split.reached, split.median_reached, round(split.median_others, 3)
    (0.5, 4.0, 0.83)
    """
    if not median > 0 or not months >= 0:
        raise InputError(
            f"median is {median!r} and months {months!r}; the first must be above 0, the "
            "second 0 or more."
        )
    reached = 2.0 ** (-months / median)
    # half of those with an event before `months` have had it by then
    others = -median * np.log2((1 + reached) / 2) if months else float("nan")
    return Waiting(reached, months + median, float(others))


def allocation_page(allocations, gap: float):
    """Return how evenly each way divides the patients, as text; ranges hold 95 % of trials.

    Parameters
    ----------
    allocations : iterable of Allocation
    gap : float
        A difference in share to count, 0 to 1.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "Way to randomise": WAYS[a.way],
            "Patients in one arm": "{:.0f} to {:.0f}".format(
                *np.quantile(a.sizes, (0.025, 0.975), method="inverted_cdf")
            ),
            "Difference (points)": "{:.1f} to {:.1f}".format(
                *(100 * q for q in a.quantiles(0.025, 0.975))
            ),
            f"Trials with {100 * gap:g} points or more": f"{100 * a.beyond(gap):.1f} %",
        }
        for a in allocations
    )


def waiting_page(split: Waiting, median: float):
    """Return the two groups of :func:`waiting` beside all patients, as text.

    Parameters
    ----------
    split : Waiting
    median : float
        Of all patients, as given to :func:`waiting`.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    rows = [
        ("with transplant", split.reached, split.median_reached),
        ("without", 1 - split.reached, split.median_others),
        ("all", 1.0, median),
    ]
    return pd.DataFrame(
        {
            "Virtual patients": name,
            "Share": f"{100 * share:.0f} %",
            "Median EFS from randomisation": f"{months:.2f} months",
        }
        for name, share, months in rows
    )
