"""The MaxCombo test: the most extreme of several weighted log-rank tests, for many trials."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats
from scipy.special import ndtr, owens_t

from secondline.errors import InputError
from secondline.trials.rank_tests import weighted
from secondline.trials.risk import chunks

# flat, early, late and middle weights
EXPONENTS = ((0, 0), (1, 0), (0, 1), (1, 1))
# errors of the integral asked for: for a decision, for a near one, for a P value
INTEGRAL_ERRORS = (1e-3, 1e-4, 5e-5)
# seed of the integral's random points
POINTS_SEED = 20


@dataclass(frozen=True, eq=False)
class MaxCombo:
    """MaxCombo tests, one a trial.

    Attributes
    ----------
    z : ndarray, shape (trials, weights)
        Of each weighted log-rank test; NaN where its variance is zero, and then left out.
    correlation : ndarray, shape (trials, weights, weights)
        Of the z values if the arms are alike.
    statistic : ndarray, shape (trials,)
        Largest absolute z; NaN for a trial without any.
    direction : ndarray, shape (trials,)
        Sign of that z: -1 where arm 1 has fewer events than expected.
    exponents : tuple of (rho, gamma)
    """

    z: np.ndarray = field(repr=False)
    correlation: np.ndarray = field(repr=False)
    statistic: np.ndarray = field(repr=False)
    direction: np.ndarray = field(repr=False)
    exponents: tuple[tuple[float, float], ...] = EXPONENTS

    @property
    def p(self) -> np.ndarray:
        """Two-sided P values, shape (trials,): some 200 ms a trial.

        One less the chance that all z values lie within plus and minus the statistic.
        """
        return np.array([self._integral(i, INTEGRAL_ERRORS[-1]) for i in range(len(self.z))])

    def rejects(self, alpha: float) -> np.ndarray:
        """Tell where the P value is at most `alpha`, shape (trials,).

        Bounds from single z values and from pairs settle most trials; the integral is
        computed for the others only.
        """
        if not 0 < alpha < 1:
            raise InputError(f"alpha is {alpha!r}; it must lie between 0 and 1.")
        with np.errstate(invalid="ignore"):
            single = 2 * ndtr(-self.statistic)
            decided = single * np.isfinite(self.z).sum(axis=1) <= alpha
            open_ = np.flatnonzero(~decided & (single <= alpha))
        if len(open_) == 0:
            return decided
        lower, upper = _bounds(self.z[open_], self.correlation[open_], self.statistic[open_])
        decided[open_] = upper <= alpha
        for trial in open_[(lower <= alpha) & (upper > alpha)]:
            for error in INTEGRAL_ERRORS[:-1]:
                p = self._integral(trial, error)
                if abs(p - alpha) > 2 * error:
                    break
            decided[trial] = p <= alpha
        return decided

    def _integral(self, trial: int, error: float) -> float:
        has = np.isfinite(self.z[trial])
        limit = self.statistic[trial]
        if not has.any():
            return float("nan")
        if has.sum() == 1:
            return float(2 * ndtr(-limit))
        ends = np.full(has.sum(), limit)
        inside = stats.multivariate_normal.cdf(
            ends,
            cov=self.correlation[trial][np.ix_(has, has)],
            # equal weights, or weights that add up to another, leave it without full rank
            allow_singular=True,
            lower_limit=-ends,
            abseps=error,
            releps=error,
            rng=np.random.default_rng(POINTS_SEED),
        )
        return float(np.clip(1 - inside, 0.0, 1.0))


def maxcombo(time, event, arm, exponents=EXPONENTS) -> MaxCombo:
    """Test each trial with several weights, and take the most extreme.

    Parameters
    ----------
    time, event, arm
        As for :func:`secondline.trials.risk_table`.
    exponents : sequence of (rho, gamma)
        As in :func:`secondline.trials.fleming_harrington`; one or more pairs.

    Returns
    -------
    MaxCombo

    Raises
    ------
    InputError
        If the trials cannot be used or an exponent is negative.

    Notes
    -----
    Lee, Biometrics 1996;52:721 and Karrison, Stata J 2016;16:678: the z values are
    jointly normal, with the correlations of the weighted sums.
    """
    exponents = check_exponents(exponents)
    parts = [weighted(table, exponents) for _, table in chunks(time, event, arm)]
    score, covariance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return from_scores(score, covariance, exponents)


def from_scores(score, covariance, exponents) -> MaxCombo:
    """Return the tests from weighted sums, shape (trials, w), and their covariances."""
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.where(variance > 0, np.sqrt(variance), np.nan)
        z = score / sd
        correlation = covariance / (sd[:, :, None] * sd[:, None, :])
    missing = np.isnan(z)
    size = np.where(missing, -1.0, np.abs(z))
    which = size.argmax(axis=1)
    rows = np.arange(len(z))
    statistic = np.where(missing.all(axis=1), np.nan, size[rows, which])
    direction = np.sign(z[rows, which])
    correlation = np.clip(correlation, -1.0, 1.0)
    return MaxCombo(z, correlation, statistic, direction, tuple(exponents))


def check_exponents(exponents):
    """Return the pairs as a tuple, or raise InputError."""
    pairs = tuple((float(rho), float(gamma)) for rho, gamma in exponents)
    if not pairs or not all(np.isfinite(v) and v >= 0 for pair in pairs for v in pair):
        raise InputError(
            f"exponents are {exponents!r}; give one or more pairs (rho, gamma), each 0 or more."
        )
    return pairs


def _bounds(z, correlation, limit):
    """Return bounds of the chance that any of the |z| passes the limit, shape (trials,).

    Below: the best pair. Above: Hunter's bound, the singles less the pairs along a tree
    (Hunter, J Appl Probab 1976;13:597).
    """
    has = np.isfinite(z)
    single = 2 * ndtr(-limit)
    both = _pair(correlation, limit)
    both[~(has[:, :, None] & has[:, None, :])] = -np.inf
    weights = z.shape[1]
    both[:, np.arange(weights), np.arange(weights)] = -np.inf
    smallest = np.where(np.isfinite(both), both, np.inf).min(axis=(1, 2), initial=np.inf)
    lower = np.where(np.isfinite(smallest), 2 * single - smallest, single)
    # Prim's tree, from each trial's first weight on
    rows = np.arange(len(z))
    inside = np.zeros(z.shape, dtype=bool)
    inside[rows, has.argmax(axis=1)] = True
    saved = np.zeros(len(z))
    for _ in range(weights - 1):
        edges = np.where(inside[:, :, None] & ~inside[:, None, :], both, -np.inf)
        best = edges.reshape(len(z), -1).argmax(axis=1)
        gain = edges.reshape(len(z), -1)[rows, best]
        saved += np.where(np.isfinite(gain), gain, 0.0)
        inside[rows, best % weights] |= np.isfinite(gain)
    return lower, has.sum(axis=1) * single - saved


def _pair(r, limit):
    """Return the chance that two |z| with correlation r both pass the limit."""
    h = limit[:, None, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # above both, and above one but below minus the other
        same = ndtr(-h) - 2 * owens_t(h, np.sqrt((1 - r) / (1 + r)))
        other = ndtr(-h) - 2 * owens_t(h, np.sqrt((1 + r) / (1 - r)))
    return 2 * (same + other)
