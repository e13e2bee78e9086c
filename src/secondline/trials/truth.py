"""True survival curves to simulate from: a curve is anything with ``survival`` and ``times``."""

from dataclasses import dataclass

import numpy as np

from secondline.checks import check_above_zero, check_share, is_number
from secondline.errors import InputError


@dataclass(frozen=True)
class LogLogistic:
    """Times with survival ``1 / (1 + (t / scale)**shape)``; `scale` is the median, in months."""

    scale: float
    shape: float

    def __post_init__(self):
        check_above_zero(scale=self.scale, shape=self.shape)

    def survival(self, t):
        """Return the share still free of the event at `t` months."""
        return 1 / (1 + (np.asarray(t, dtype=float) / self.scale) ** self.shape)

    def times(self, u):
        """Return the months at which survival comes down to `u`."""
        u = np.asarray(u, dtype=float)
        return self.scale * (1 / u - 1) ** (1 / self.shape)


@dataclass(frozen=True)
class LogNormal:
    """Times whose logarithm is normal, with the given median (months) and spread."""

    median: float
    sigma: float

    def __post_init__(self):
        check_above_zero(median=self.median, sigma=self.sigma)

    def survival(self, t):
        """Return the share still free of the event at `t` months."""
        from scipy.special import ndtr

        with np.errstate(divide="ignore"):
            return ndtr(-np.log(np.asarray(t, dtype=float) / self.median) / self.sigma)

    def times(self, u):
        """Return the months at which survival comes down to `u`."""
        from scipy.special import ndtri

        return self.median * np.exp(-self.sigma * ndtri(np.asarray(u, dtype=float)))


@dataclass(frozen=True)
class Weibull:
    """Times with survival ``2**-(t / median)**shape``; exponential where `shape` is 1."""

    median: float
    shape: float = 1.0

    def __post_init__(self):
        check_above_zero(median=self.median, shape=self.shape)

    def survival(self, t):
        """Return the share still free of the event at `t` months."""
        return np.exp2(-((np.asarray(t, dtype=float) / self.median) ** self.shape))

    def times(self, u):
        """Return the months at which survival comes down to `u`."""
        return self.median * (-np.log2(np.asarray(u, dtype=float))) ** (1 / self.shape)


@dataclass(frozen=True)
class PiecewiseHazard:
    """A hazard that is constant between cuts.

    Attributes
    ----------
    hazards : tuple of float
        Events per month, 0 or more, one more than `cuts`. Where the last is 0, those
        who come so far never have the event.
    cuts : tuple of float
        Months at which the hazard changes, rising and above 0.
    """

    hazards: tuple[float, ...]
    cuts: tuple[float, ...] = ()

    def __post_init__(self):
        hazards = self.hazards
        if len(hazards) != len(self.cuts) + 1 or not all(is_number(h) and h >= 0 for h in hazards):
            raise InputError(
                f"hazards are {self.hazards!r} and cuts {self.cuts!r}; give one hazard, 0 or "
                "more, before each cut and one after the last."
            )
        _check_cuts(self.cuts)

    def _steps(self):
        cuts = np.concatenate([[0.0], self.cuts])
        summed = np.concatenate([[0.0], np.cumsum(np.diff(cuts) * np.asarray(self.hazards)[:-1])])
        return cuts, np.asarray(self.hazards, dtype=float), summed

    def survival(self, t):
        """Return the share still free of the event at `t` months."""
        cuts, hazards, summed = self._steps()
        t = np.asarray(t, dtype=float)
        piece = np.searchsorted(cuts, t, side="right") - 1
        return np.exp(-(summed[piece] + hazards[piece] * (t - cuts[piece])))

    def times(self, u):
        """Return the months at which survival comes down to `u`; infinite where it never does."""
        cuts, hazards, summed = self._steps()
        needed = -np.log(np.asarray(u, dtype=float))
        piece = np.searchsorted(summed, needed, side="right") - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            extra = (needed - summed[piece]) / hazards[piece]
        # 0 / 0: the cumulated hazard is reached just where it stops rising
        return cuts[piece] + np.where(np.isnan(extra), 0.0, extra)


@dataclass(frozen=True)
class CureMixture:
    """Some never have the event; the others have it at a time of their own, after a lag.

    ``S(t) = cured + (1 - cured) S0(t - lag)``.

    Attributes
    ----------
    latency : curve
        S0, of those who are not cured.
    cured : float
        Share, 0 to 1.
    lag : float
        Months before the first event, 0 or more.
    """

    latency: object
    cured: float = 0.0
    lag: float = 0.0

    def __post_init__(self):
        check_share(cured=self.cured)
        if not (is_number(self.lag) and self.lag >= 0):
            raise InputError(f"lag is {self.lag!r}; it must be a number of months, 0 or more.")

    def survival(self, t):
        """Return the share still free of the event at `t` months."""
        since = np.maximum(np.asarray(t, dtype=float) - self.lag, 0.0)
        return self.cured + (1 - self.cured) * self.latency.survival(since)

    def times(self, u):
        """Return the months at which survival comes down to `u`; infinite for the cured."""
        u = np.asarray(u, dtype=float)
        times = np.full(u.shape, np.inf)
        fails = u > self.cured
        if fails.any():
            within = (u[fails] - self.cured) / (1 - self.cured)
            times[fails] = self.lag + self.latency.times(within)
        return times


@dataclass(frozen=True)
class HazardRatio:
    """Another curve's hazard, multiplied by a ratio that may change over time.

    Attributes
    ----------
    base : curve
    ratios : tuple of float
        Above 0, one more than `changes`; one alone gives proportional hazards.
    changes : tuple of float
        Months at which the ratio changes, rising and above 0.
    """

    base: object
    ratios: tuple[float, ...]
    changes: tuple[float, ...] = ()

    def __post_init__(self):
        if len(self.ratios) != len(self.changes) + 1 or not all(
            is_number(ratio) and ratio > 0 for ratio in self.ratios
        ):
            raise InputError(
                f"ratios are {self.ratios!r} and changes {self.changes!r}; give one ratio above 0 "
                "before each change and one after the last."
            )
        _check_cuts(self.changes)

    def _steps(self):
        changes = np.concatenate([[0.0], self.changes])
        base = -np.log(self.base.survival(changes))
        ratios = np.asarray(self.ratios, dtype=float)
        summed = np.concatenate([[0.0], np.cumsum(np.diff(base) * ratios[:-1])])
        return changes, base, ratios, summed

    def survival(self, t):
        """Return the share still free of the event at `t` months."""
        changes, base, ratios, summed = self._steps()
        t = np.asarray(t, dtype=float)
        piece = np.searchsorted(changes, t, side="right") - 1
        with np.errstate(divide="ignore"):
            here = -np.log(self.base.survival(t))
        return np.exp(-(summed[piece] + ratios[piece] * (here - base[piece])))

    def times(self, u):
        """Return the months at which survival comes down to `u`."""
        _, base, ratios, summed = self._steps()
        needed = -np.log(np.asarray(u, dtype=float))
        piece = np.searchsorted(summed, needed, side="right") - 1
        return self.base.times(np.exp(-(base[piece] + (needed - summed[piece]) / ratios[piece])))


def _check_cuts(cuts) -> None:
    known = all(is_number(cut) and cut > 0 for cut in cuts)
    if not (known and (np.diff(cuts) > 0).all()):
        raise InputError(f"Months of change are {list(cuts)!r}; they must rise and be above 0.")
