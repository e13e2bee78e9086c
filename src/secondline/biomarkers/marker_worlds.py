"""Markers whose truth is known: what they do on each scale, and what trials show of them."""

from dataclasses import dataclass, field, replace
from math import exp, log

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from secondline.effects import interaction_power, standard_error_from_events
from secondline.errors import InputError
from secondline.trials import Design, HazardRatio, cox, simulate, zuma7

STEPS = 2400  # of the integral under a survival curve
WIDEST = 8.0  # log hazard ratio at which the search for an equal gain ends


@dataclass(frozen=True)
class MarkerWorld:
    """A marker that divides the patients in halves.

    Attributes
    ----------
    name : str
    axi_cel, soc : float
        True hazard ratio of the high half against the low half in either arm.
    """

    name: str
    axi_cel: float
    soc: float

    def __post_init__(self):
        for value in (self.axi_cel, self.soc):
            if not (value > 0 and np.isfinite(value)):
                raise InputError(f"A hazard ratio of {value!r} cannot be; it must be above 0.")

    @property
    def ratio(self) -> float:
        """Hazard ratio with axi-cel over that with SOC: 1 if purely prognostic."""
        return self.axi_cel / self.soc


WORLDS = (
    MarkerWorld("neither", 1.0, 1.0),
    MarkerWorld("prognostic", 0.6, 0.6),
    MarkerWorld("predictive", 0.5, 1.0),
    MarkerWorld("both", 0.35, 0.7),
)


def level_design(world: MarkerWorld, level: str, design: Design | None = None) -> Design:
    """Return a trial of the patients of one level only.

    Parameters
    ----------
    world : MarkerWorld
    level : {"high", "low"}
    design : Design, optional
        Of all patients; by default that of :func:`secondline.trials.zuma7`.

    Returns
    -------
    Design
        In each arm the hazard of the arm's curve is multiplied by the root of the
        marker's hazard ratio where it is high, and divided by it where it is low.
    """
    design = design or zuma7()
    power = 0.5 if level == "high" else -0.5
    ratios = {"control": world.soc, "experimental": world.axi_cel}
    arms = {name: getattr(design, name) for name in ratios}
    return replace(design, **{
        name: replace(own, curve=HazardRatio(own.curve, (ratios[name] ** power,)))
        for name, own in arms.items()
    })  # fmt: skip


def world_table(worlds=WORLDS, *, horizon: float = 24.0, design: Design | None = None):
    """Return what each marker is on the scale of ratios and of differences, from true curves.

    Parameters
    ----------
    worlds : sequence of MarkerWorld
    horizon : float
        Months.
    design : Design, optional

    Returns
    -------
    DataFrame
        One row a marker and level: name, level; axi_cel and soc (percent free of the event
        at the horizon), gain (points); months_axi_cel, months_soc, months_gain (restricted
        means); hazard_ratio (of the arms, over that at the low level: 1 at "low").
    """
    rows = []
    grid = np.linspace(0, horizon, STEPS + 1)
    for world in worlds:
        for level in ("high", "low"):
            trial = level_design(world, level, design)
            curves = [trial.experimental.curve, trial.control.curve]
            share = [100 * float(c.survival(horizon)) for c in curves]
            mean = [float(np.trapezoid(c.survival(grid), grid)) for c in curves]
            ratio = world.ratio if level == "high" else 1.0
            rows.append((world.name, level, *share, share[0] - share[1], *mean, mean[0] - mean[1],
                         ratio))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "name", "level", "axi_cel", "soc", "gain", "months_axi_cel", "months_soc", "months_gain",
        "hazard_ratio",
    ])  # fmt: skip


def equal_gain(axi_cel: float, *, horizon: float = 24.0, design: Design | None = None) -> float:
    """Return the hazard ratio with SOC at which both levels gain alike from axi-cel.

    Parameters
    ----------
    axi_cel : float
        Hazard ratio of high against low with axi-cel.
    horizon : float
        Months at which the shares free of the event are compared.
    design : Design, optional

    Returns
    -------
    float
        1 for a ratio of 1. On the scale of differences, such a marker is purely prognostic.

    Raises
    ------
    InputError
        If the hazard ratio is not above 0, or an arm has no survival between 0 and 1 then.
    """
    design = design or zuma7()
    if not (axi_cel > 0 and np.isfinite(axi_cel)):
        raise InputError(f"A hazard ratio of {axi_cel!r} cannot be; it must be above 0.")
    shares = [float(a.curve.survival(horizon)) for a in (design.experimental, design.control)]
    if not all(0 < share < 1 for share in shares):
        raise InputError(
            f"At {horizon:g} months an arm has nobody, or everybody, free of the event."
        )

    def apart(share, log_ratio):
        return share ** exp(log_ratio / 2) - share ** exp(-log_ratio / 2)

    wanted = apart(shares[0], log(axi_cel))
    return exp(brentq(lambda x: apart(shares[1], x) - wanted, -WIDEST, WIDEST, xtol=1e-12))


def marker_trials(
    world: MarkerWorld, n_per_arm: int, trials: int, seed: int, design: Design | None = None
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Simulate trials in which half of each arm is high.

    Parameters
    ----------
    world : MarkerWorld
    n_per_arm : int
        4 or more.
    trials : int
    seed : int
    design : Design, optional
        Whose scans, follow-up and losses the trials have.

    Returns
    -------
    dict
        By arm: months and events, shape (trials, n_per_arm), and the marker (n_per_arm,).

    Raises
    ------
    InputError
        If an arm is too small.
    """
    if n_per_arm < 4:
        raise InputError(f"n_per_arm is {n_per_arm!r}; it must be 4 or more.")
    sizes = {"high": n_per_arm // 2, "low": n_per_arm - n_per_arm // 2}
    # one seed for both levels would give them the same random numbers
    seen = {
        level: simulate(
            replace(level_design(world, level, design), n=2 * size, experimental_share=0.5),
            trials, 2 * seed + (level == "high"),
        )
        for level, size in sizes.items()
    }  # fmt: skip
    found = {}
    for number, arm in ((1, "axi-cel"), (0, "SOC")):
        parts = [seen[level] for level in sizes]
        mine = [part.arm == number for part in parts]
        found[arm] = (
            np.concatenate([p.time[:, m] for p, m in zip(parts, mine, strict=True)], axis=1),
            np.concatenate([p.event[:, m] for p, m in zip(parts, mine, strict=True)], axis=1),
            np.repeat([1, 0], [m.sum() for m in mine]),
        )
    return found


@dataclass(frozen=True, eq=False)
class Patterns:
    """What many trials show of markers whose truth is known.

    Attributes
    ----------
    table : DataFrame
        One row a marker: name, axi_cel, soc (true hazard ratios); both, only_axi_cel,
        only_soc, neither (shares of the trials by where P is below `alpha`), one_only, its
        value by formula one_only_formula; interaction (share with P of the interaction
        below `alpha`) and interaction_formula; events_axi_cel, events_soc (means).
    estimates : dict of str to tuple of ndarray, each of shape (trials,)
        By marker: log hazard ratio with axi-cel and with SOC, and their P values.
    n_per_arm, trials : int
    alpha : float
    """

    table: pd.DataFrame = field(repr=False)
    estimates: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = field(repr=False)
    n_per_arm: int
    trials: int
    alpha: float


def patterns(
    worlds=WORLDS, *, n_per_arm: int = 128, trials: int = 1000, seed: int = 1, alpha: float = 0.05,
    design: Design | None = None,
) -> Patterns:  # fmt: skip
    """Simulate how often markers are significant in both arms, in one, or in none.

    Parameters
    ----------
    worlds : sequence of MarkerWorld
    n_per_arm, trials, seed : int
    alpha : float
        Two-sided limit of P.
    design : Design, optional

    Returns
    -------
    Patterns
    """
    rows, estimates = [], {}
    for i, world in enumerate(worlds):
        arms = marker_trials(world, n_per_arm, trials, seed * len(worlds) + i, design)
        fits = {arm: cox(time, event, x) for arm, (time, event, x) in arms.items()}
        axi, soc = fits["axi-cel"], fits["SOC"]
        one, two = axi.p < alpha, soc.p < alpha
        estimates[world.name] = (axi.log_hazard_ratio, soc.log_hazard_ratio, axi.p, soc.p)
        with np.errstate(invalid="ignore"):
            z = (axi.log_hazard_ratio - soc.log_hazard_ratio) / np.hypot(axi.se, soc.se)
        events = [float(arms[arm][1].sum(axis=1).mean()) for arm in arms]
        chance = one_only_chance(world, *events, alpha=alpha)
        se = np.hypot(*(standard_error_from_events(e) for e in events))
        rows.append((
            world.name, world.axi_cel, world.soc, np.mean(one & two), np.mean(one & ~two),
            np.mean(two & ~one), np.mean(~one & ~two), np.mean(one ^ two), chance,
            np.mean(2 * stats.norm.sf(np.abs(z)) < alpha),
            interaction_power(world.ratio, se, alpha), *events,
        ))  # fmt: skip
    return Patterns(pd.DataFrame(rows, columns=[
        "name", "axi_cel", "soc", "both", "only_axi_cel", "only_soc", "neither", "one_only",
        "one_only_formula", "interaction", "interaction_formula", "events_axi_cel", "events_soc",
    ]), estimates, n_per_arm, trials, alpha)  # fmt: skip


def one_only_chance(
    world: MarkerWorld, events_axi_cel: float, events_soc: float, *, alpha: float = 0.05
) -> float:
    """Return the chance that a marker is significant in exactly one arm, by formula.

    Parameters
    ----------
    world : MarkerWorld
    events_axi_cel, events_soc : float
    alpha : float
    """
    one = interaction_power(world.axi_cel, standard_error_from_events(events_axi_cel), alpha)
    two = interaction_power(world.soc, standard_error_from_events(events_soc), alpha)
    return one * (1 - two) + two * (1 - one)

