"""Boundaries of group-sequential tests: how much of the error each look may spend."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

from secondline.checks import is_number
from secondline.errors import InputError, one_of

SPENDING = ("O'Brien-Fleming", "Pocock", "none")
# more standard errors than any boundary needs: such a look cannot stop the trial
FARTHEST = 37.0


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Two-sided boundaries of a group-sequential test.

    Attributes
    ----------
    fractions : ndarray, shape (looks,)
        Information at each look, as a share of that at the last.
    spent : ndarray, shape (looks,)
        Type I error spent by each look and those before it.
    z : ndarray, shape (looks,)
        The test rejects at a look where its absolute z is at least so large.
    alpha : float
        The error meant to be spent in all; with `spending` "none", at each look.
    spending : str
    """

    fractions: np.ndarray = field(repr=False)
    spent: np.ndarray = field(repr=False)
    z: np.ndarray = field(repr=False)
    alpha: float
    spending: str

    @property
    def p(self) -> np.ndarray:
        """Two-sided P values that correspond to the boundaries."""
        return 2 * ndtr(-self.z)


def boundaries(fractions, *, alpha: float = 0.05, spending: str = "O'Brien-Fleming") -> Boundaries:
    """Return the boundaries for looks at given shares of the information.

    Parameters
    ----------
    fractions : array_like, shape (looks,)
        Rising, above 0, the last one 1.
    alpha : float
        Two-sided type I error of the whole trial.
    spending : {"O'Brien-Fleming", "Pocock", "none"}
        The form of the spending function; "none" tests at `alpha` at each look, as
        somebody does who does not count the looks.

    Returns
    -------
    Boundaries

    Raises
    ------
    InputError
        If a number cannot be used.

    Notes
    -----
    Lan and DeMets, Biometrika 1983;70:659. The chance to cross is integrated look by
    look (Armitage, McPherson and Rowe, JRSS A 1969;132:235) with Gauss-Legendre points.
    """
    fractions = check_fractions(fractions)
    check_alpha(alpha)
    if spending == "none":
        z = np.full(len(fractions), stats.norm.isf(alpha / 2))
        return Boundaries(
            fractions, np.cumsum(exit_probabilities(z, fractions)), z, alpha, spending
        )
    spent = spend(fractions, alpha=alpha, spending=spending)
    steps = np.diff(np.concatenate([[0.0], spent]))
    z = np.empty(len(fractions))
    walk = _Walk()
    for look, (fraction, step) in enumerate(zip(fractions, steps, strict=True)):
        z[look] = walk.solve(fraction, step)
        walk = walk.after(fraction, z[look])
    return Boundaries(fractions, spent, z, alpha, spending)


def spend(fractions, *, alpha: float, spending: str) -> np.ndarray:
    """Return the type I error that may be spent by given shares of the information.

    Parameters
    ----------
    fractions : array_like, shape (looks,)
        Above 0, at most 1.
    alpha : float
    spending : {"O'Brien-Fleming", "Pocock"}
    """
    if spending not in SPENDING[:2]:
        raise InputError(f"spending is {spending!r}; allowed: {one_of(SPENDING[:2])}.")
    check_alpha(alpha)
    given = np.atleast_1d(np.asarray(fractions, dtype=object)).tolist()
    if not all(is_number(share) and 0 < share <= 1 for share in given):
        raise InputError(f"fractions are {given!r}; each must lie above 0 and be 1 at most.")
    t = np.array(given, dtype=float)
    if spending == "Pocock":
        return alpha * np.log1p((np.e - 1) * t)
    # each side spends half
    return 4 * ndtr(-stats.norm.isf(alpha / 4) / np.sqrt(t))


def final_boundary(fractions, z, *, alpha: float) -> float:
    """Return the last look's boundary, given those before it, so that all of `alpha` is spent.

    Parameters
    ----------
    fractions : sequence of float, length looks - 1
        Information at the earlier looks as a share of that at hand at the last.
    z : sequence of float, length looks - 1
        Their boundaries.
    alpha : float

    Notes
    -----
    For a trial whose last look has more or fewer events than planned.
    """
    walk, used = _Walk(), 0.0
    for fraction, limit in zip(fractions, z, strict=True):
        used += walk.crossing(fraction, limit)
        walk = walk.after(fraction, limit)
    return walk.solve(1.0, alpha - used)


def exit_probabilities(z, fractions, drift: float = 0.0) -> np.ndarray:
    """Return the chance to cross a boundary for the first time at each look.

    Parameters
    ----------
    z, fractions : array_like, shape (looks,)
        Boundaries of |z|, and shares of the information.
    drift : float
        Expected z at the last look; 0 if nothing differs.

    Returns
    -------
    ndarray, shape (looks,)
    """
    fractions = check_fractions(fractions)
    given = np.atleast_1d(np.asarray(z, dtype=object)).tolist()
    if len(given) != len(fractions) or not all(is_number(limit) and limit > 0 for limit in given):
        raise InputError(f"z is {given!r}; give one boundary above 0 for each look.")
    if not is_number(drift):
        raise InputError(f"drift is {drift!r}; it must be a number.")
    z = np.array(given, dtype=float)
    crossed, walk = [], _Walk(drift=float(drift))
    for fraction, limit in zip(fractions, z, strict=True):
        crossed.append(walk.crossing(fraction, limit))
        walk = walk.after(fraction, limit)
    return np.array(crossed)


@cache
def _gauss(points):
    return np.polynomial.legendre.leggauss(points)


@dataclass(frozen=True, eq=False)
class _Walk:
    """Where the sum of the information so far lies, in the trials that go on.

    The sum is z times the square root of the fraction; its steps are normal, with the
    fraction's step as variance. `points` and `mass` are Gauss-Legendre points and
    density times weight.
    """

    fraction: float = 0.0
    points: np.ndarray = field(default_factory=lambda: np.zeros(1))
    mass: np.ndarray = field(default_factory=lambda: np.ones(1))
    drift: float = 0.0

    def crossing(self, fraction, z) -> float:
        step = fraction - self.fraction
        mean = self.points + self.drift * step
        end, sd = z * np.sqrt(fraction), np.sqrt(step)
        outside = ndtr((mean - end) / sd) + ndtr((-end - mean) / sd)
        return float(self.mass @ outside)

    def solve(self, fraction, chance) -> float:
        if self.crossing(fraction, FARTHEST) >= chance:
            return FARTHEST
        if self.crossing(fraction, 0.0) <= chance:
            return 0.0
        return brentq(lambda z: self.crossing(fraction, z) - chance, 0.0, FARTHEST, xtol=1e-10)

    def after(self, fraction, z) -> "_Walk":
        step = fraction - self.fraction
        # beyond nine standard deviations nothing is left to integrate
        end = min(z * np.sqrt(fraction), abs(self.drift) * fraction + 9 * np.sqrt(fraction))
        # enough points for a density as narrow as the step
        nodes, weights = _gauss(int(np.clip(np.ceil(end / np.sqrt(step) / 2), 1, 25)) * 48)
        points = end * nodes
        mean = self.points + self.drift * step
        kernel = np.exp(-((points[:, None] - mean) ** 2) / (2 * step)) / np.sqrt(2 * np.pi * step)
        return _Walk(fraction, points, end * weights * (kernel @ self.mass), self.drift)


def check_fractions(fractions) -> np.ndarray:
    """Return the looks' shares of the information as an array, or raise InputError."""
    given = np.atleast_1d(np.asarray(fractions, dtype=object)).tolist()
    if given and all(is_number(share) for share in given):
        t = np.array(given, dtype=float)
        if t[0] > 0 and (np.diff(t) > 0).all() and abs(t[-1] - 1) < 1e-12:
            return t
    raise InputError(
        f"Looks are planned at {given!r} of the information; the shares must rise from above 0, "
        "and the last must be 1."
    )


def check_alpha(alpha) -> None:
    """Raise InputError unless alpha lies between 0 and 1."""
    if not (is_number(alpha) and 0 < alpha < 1):
        raise InputError(f"alpha is {alpha!r}; it must lie between 0 and 1.")
