"""Operating characteristics: what tests find in many trials of one design."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats
from scipy.special import ndtr

from secondline.checks import check_share, is_number, whole_number
from secondline.cluster import run_blocks
from secondline.errors import InputError, one_of
from secondline.trials.cox import cox
from secondline.trials.curves import restricted_means, survival_at
from secondline.trials.design import Design
from secondline.trials.maxcombo import EXPONENTS, from_scores
from secondline.trials.rank_tests import weighted
from secondline.trials.risk import chunks
from secondline.trials.sequential import check_alpha
from secondline.trials.simulation import BLOCK, block_histories, observe

TESTS = ("log-rank", "early weights", "late weights", "MaxCombo", "RMST", "milestone")
SUMMARIES = ("events", "analysed", "log_hazard_ratio", "rmst_difference", "milestone_control",
             "milestone_experimental")  # fmt: skip


@dataclass(frozen=True, eq=False)
class OperatingCharacteristics:
    """What many virtual trials of one design find.

    Attributes
    ----------
    design : Design
    trials : int
    tests : tuple of str
        Names from :data:`TESTS`.
    rejected : ndarray, shape (tests,)
        Share of the trials in which the two-sided test rejects.
    wrong_way : ndarray, shape (tests,)
        Share in which it rejects with the control arm ahead.
    not_testable : ndarray, shape (tests,)
        Share without a P value, such as an arm not observed to the horizon; these
        count as not rejected.
    mean, sd : dict of str to float
        Over the trials in which the value exists, of ``events``, ``analysed``
        (patients), ``log_hazard_ratio`` (Cox), ``rmst_difference`` (months),
        ``milestone_control`` and ``milestone_experimental`` (shares).
    alpha, horizon, milestone : float
    """

    design: Design = field(repr=False)
    trials: int
    tests: tuple[str, ...]
    rejected: np.ndarray = field(repr=False)
    wrong_way: np.ndarray = field(repr=False)
    not_testable: np.ndarray = field(repr=False)
    mean: dict = field(repr=False)
    sd: dict = field(repr=False)
    alpha: float
    horizon: float
    milestone: float

    @property
    def se(self) -> np.ndarray:
        """Monte Carlo standard error of `rejected`, shape (tests,)."""
        return np.sqrt(self.rejected * (1 - self.rejected) / self.trials)

    @property
    def hazard_ratio(self) -> float:
        """Geometric mean of the trials' hazard ratios."""
        return float(np.exp(self.mean["log_hazard_ratio"]))

    @property
    def months(self) -> float:
        """Months from the first patient's entry to the analysis."""
        return self.design.end

    def power(self, test: str) -> float:
        """Return the share of trials in which one test rejects."""
        return float(self.rejected[self._place(test)])

    def _place(self, test):
        if test not in self.tests:
            raise InputError(f"test is {test!r}; allowed: {one_of(self.tests)}.")
        return self.tests.index(test)


def operating_characteristics(
    design: Design,
    n_trials: int,
    seed: int,
    *,
    tests=TESTS,
    alpha: float = 0.05,
    horizon: float | None = None,
    milestone: float | None = None,
    scheduler: str = "",
) -> OperatingCharacteristics:
    """Simulate trials and count how often each test rejects.

    Parameters
    ----------
    design : Design
    n_trials : int
        1 or more.
    seed : int
        0 or more; trial i is trial i of :func:`secondline.trials.simulate`.
    tests : sequence of str
        From :data:`TESTS`: the log-rank test; with the weights S and 1 - S; the
        largest of four (MaxCombo); the difference in restricted means; the difference
        in survival at a milestone, on the scale of log(-log S).
    alpha : float
        Two-sided level of each test.
    horizon, milestone : float, optional
        Months for the last two; the design's `follow_up_months` if not given.
    scheduler : str
        Address of a dask scheduler whose workers share the trials; empty: this
        process. The result is the same to the last bit.

    Returns
    -------
    OperatingCharacteristics

    Raises
    ------
    InputError
        If a number or a test cannot be used, or no scheduler answers.

    Notes
    -----
    Trials are made and summed block by block, so that memory does not grow with them,
    and blocks are added in their order. The milestone test is that of Klein et al.,
    Stat Med 2007;26:4505.
    """
    n_trials, seed = whole_number("n_trials", n_trials, 1), whole_number("seed", seed, 0)
    tests = _check_tests(tests)
    check_alpha(alpha)
    times = {"horizon": horizon, "milestone": milestone}
    for name, value in times.items():
        value = times[name] = design.follow_up_months if value is None else value
        if not (is_number(value) and value > 0):
            raise InputError(f"{name} is {value!r}; it must be a number of months above 0.")
    settings = (design, n_trials, seed, tests, alpha, times["horizon"], times["milestone"])
    counts = np.zeros((3, len(tests)), dtype=np.int64)
    sums = np.zeros((3, len(SUMMARIES)))
    blocks = range(-(-n_trials // BLOCK))
    for more_counts, more_sums in run_blocks(_block, settings, blocks, scheduler=scheduler):
        counts += more_counts
        sums += more_sums
    number, total, squares = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / number
        variance = (squares - number * mean**2) / (number - 1)
        sd = np.sqrt(np.maximum(variance, 0.0))
    return OperatingCharacteristics(
        design=design,
        trials=n_trials,
        tests=tests,
        rejected=counts[0] / n_trials,
        wrong_way=counts[1] / n_trials,
        not_testable=counts[2] / n_trials,
        mean=dict(zip(SUMMARIES, mean.tolist(), strict=True)),
        sd=dict(zip(SUMMARIES, sd.tolist(), strict=True)),
        alpha=float(alpha),
        horizon=float(times["horizon"]),
        milestone=float(times["milestone"]),
    )


def _check_tests(tests) -> tuple[str, ...]:
    tests = [tests] if isinstance(tests, str) else tests
    listed = isinstance(tests, (list, tuple)) and len(tests) > 0
    if not listed or any(test not in TESTS or tests.count(test) > 1 for test in tests):
        raise InputError(f"tests are {tests!r}; allowed, each once: {one_of(TESTS)}.")
    return tuple(tests)


def _block(settings, block):
    """Return counts (rejected, wrong way, not testable) and sums (n, x, x squared) of a block."""
    design, n_trials, seed, tests, alpha, horizon, milestone = settings
    seen = observe(block_histories(design, seed, block))
    rows = slice(0, min(BLOCK, n_trials - block * BLOCK))
    time, event = seen.time[rows], seen.event[rows]
    scores = [weighted(table, EXPONENTS) for _, table in chunks(time, event, seen.arm)]
    combo = from_scores(*(np.concatenate(part) for part in zip(*scores, strict=True)), EXPONENTS)
    means = restricted_means(time, event, seen.arm, horizon=horizon)
    at = survival_at(time, event, seen.arm, [milestone])
    with np.errstate(divide="ignore", invalid="ignore"):
        # below zero where arm 1 does better, as for the weighted tests
        z = {
            "log-rank": combo.z[:, 0],
            "early weights": combo.z[:, 1],
            "late weights": combo.z[:, 2],
            "MaxCombo": combo.statistic * combo.direction,
            "RMST": -means.difference / means.difference_se,
            "milestone": _milestone(at.survival[:, :, 0], at.se[:, :, 0]),
        }
    counts = np.zeros((3, len(tests)), dtype=np.int64)
    for place, test in enumerate(tests):
        mine = z[test]
        missing = ~np.isfinite(mine)
        if test == "MaxCombo":
            rejects = combo.rejects(alpha)
        else:
            with np.errstate(invalid="ignore"):
                rejects = 2 * ndtr(-np.abs(mine)) <= alpha
        rejects &= ~missing
        counts[:, place] = rejects.sum(), (rejects & (mine > 0)).sum(), missing.sum()
    values = (
        event.sum(axis=1), seen.analysed[rows].sum(axis=1),
        cox(time, event, seen.arm.astype(float)).log_hazard_ratio,
        means.difference, at.survival[:, 0, 0], at.survival[:, 1, 0],
    )  # fmt: skip
    sums = np.zeros((3, len(values)))
    for place, value in enumerate(values):
        value = value[np.isfinite(value)].astype(float)
        sums[:, place] = len(value), value.sum(), (value**2).sum()
    return counts, sums


def _milestone(survival, se):
    """Return z of the difference in log(-log S), shape (trials,)."""
    logs = np.log(survival)
    spread = se / (survival * np.abs(logs))
    difference = np.log(-logs[:, 1]) - np.log(-logs[:, 0])
    return difference / np.sqrt((spread**2).sum(axis=1))


def share_interval(share, trials: int, level: float = 0.95):
    """Return Wilson's limits of a share of simulated trials.

    Parameters
    ----------
    share : float or ndarray
        0 to 1.
    trials : int
        1 or more.
    level : float

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    trials = whole_number("trials", trials, 1)
    for one in np.ravel(np.asarray(share, dtype=object)):
        check_share(share=one)
    z = stats.norm.ppf((1 + level) / 2)
    share = np.asarray(share, dtype=float)
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    width = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return middle - width, middle + width
