"""One biology under several event rules: the same virtual patients, other clocks."""

from dataclasses import dataclass, field, replace

import numpy as np

from secondline.checks import check_above_zero
from secondline.errors import InputError, one_of
from secondline.survival import KaplanMeier, kaplan_meier, median_with_interval
from secondline.trials.clock_rules import NamedRule
from secondline.trials.cox import cox
from secondline.trials.curves import survival_at
from secondline.trials.design import RESPONSE_SETTLED, Design
from secondline.trials.simulation import Histories, Trials, histories, observe, seen


@dataclass(frozen=True, eq=False)
class Comparison:
    """What several rules make of the same virtual patients.

    The first axis is the rule, in the order of `rules`; arms are 0 (SOC) and 1 (axi-cel).

    Attributes
    ----------
    rules : tuple of NamedRule
    design : Design
    log_hazard_ratio : ndarray, shape (rules, trials)
        NaN where a trial gives none.
    rates : ndarray, shape (rules, trials, 2)
        Kaplan-Meier share free of the event at `at` months; NaN where not observed.
    medians : ndarray, shape (rules, 2, 3)
        Of all trials' patients together, so free of the scatter of single trials, with
        the limits of the Monte-Carlo error (95 %); NaN where not reached.
    events : ndarray, shape (rules,)
        Mean number in a trial.
    analysed : ndarray, shape (rules, 2)
        Share of the arm that is in the analysis.
    curves : tuple of dict of KaplanMeier
        By rule, then by arm (0, 1): all trials' patients together.
    at : float
    """

    rules: tuple[NamedRule, ...]
    design: Design
    log_hazard_ratio: np.ndarray = field(repr=False)
    rates: np.ndarray = field(repr=False)
    medians: np.ndarray
    events: np.ndarray
    analysed: np.ndarray
    curves: tuple[dict[int, KaplanMeier], ...] = field(repr=False)
    at: float = 24.0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the rules."""
        return tuple(named.name for named in self.rules)

    @property
    def hazard_ratio(self) -> np.ndarray:
        """Exponential of the mean log hazard ratio of the trials, shape (rules,)."""
        return np.exp(_mean(self.log_hazard_ratio))

    @property
    def hazard_ratio_error(self) -> np.ndarray:
        """Monte-Carlo error of `hazard_ratio`, from how the trials scatter; shape (rules,)."""
        return self.hazard_ratio * _error(self.log_hazard_ratio)

    @property
    def rate(self) -> np.ndarray:
        """Mean of the trials' rates, shape (rules, 2)."""
        return _mean(np.moveaxis(self.rates, 1, -1))

    @property
    def rate_error(self) -> np.ndarray:
        """Monte-Carlo error of `rate`, shape (rules, 2)."""
        return _error(np.moveaxis(self.rates, 1, -1))

    @property
    def true_medians(self) -> np.ndarray:
        """Medians of the arms' true curves, shape (2,)."""
        return np.array([float(arm.curve.times(0.5)) for arm in self._arms])

    @property
    def true_rates(self) -> np.ndarray:
        """The arms' true shares free of failure at `at` months, shape (2,)."""
        return np.array([float(arm.curve.survival(self.at)) for arm in self._arms])

    @property
    def _arms(self):
        return self.design.control, self.design.experimental

    def ratio_to(self, reference: int) -> tuple[np.ndarray, np.ndarray]:
        """Return each rule's hazard ratio over that of rule `reference`, and its error.

        The trials are the same, so the error is that of paired differences.
        """
        paired = self.log_hazard_ratio - self.log_hazard_ratio[reference]
        ratio = np.exp(_mean(paired))
        return ratio, ratio * _error(paired)

    def index(self, name: str) -> int:
        """Return the place of a rule.

        Raises
        ------
        InputError
            If there is no rule of that name.
        """
        if name not in self.names:
            raise InputError(f"There is no rule {name!r}; there are {one_of(self.names)}.")
        return self.names.index(name)


def _mean(values) -> np.ndarray:
    """Return the mean over the last axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _error(values) -> np.ndarray:
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    squares = (np.where(known, values, 0.0) - np.where(known, _mean(values)[..., None], 0.0)) ** 2
    variance = squares.sum(axis=-1) / np.maximum(count - 1, 1)
    return np.where(count > 1, np.sqrt(variance / np.maximum(count, 1)), np.nan)


def compare_rules(
    design: Design, rules, n_trials: int, seed: int, *, at: float = 24.0
) -> Comparison:
    """Simulate trials once and analyse them under each rule.

    Parameters
    ----------
    design : Design
        The biology; its own rule plays no part.
    rules : sequence of NamedRule
    n_trials, seed : int
        See :func:`secondline.trials.histories`.
    at : float
        Months at which rates are taken.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a number or a rule cannot be used, or there is no rule.
    """
    return compare(histories(design, n_trials, seed), rules, at=at)


def compare(patients: Histories, rules, *, at: float = 24.0) -> Comparison:
    """Analyse the same trials under each rule; see :func:`compare_rules`."""
    if not isinstance(rules, (list, tuple)) or not all(isinstance(r, NamedRule) for r in rules):
        raise InputError(f"rules are {rules!r}; give a list of named rules.")
    if len(rules) == 0:
        raise InputError("rules is empty; give one rule or more.")
    check_above_zero(at=at)
    rules = tuple(rules)
    parts = [_one(observe_as(patients, named), at) for named in rules]
    logs, rates, middle, events, analysed, curves = zip(*parts, strict=True)
    return Comparison(
        rules, patients.design, np.array(logs), np.array(rates), np.array(middle),
        np.array(events), np.array(analysed), curves, float(at),
    )  # fmt: skip


def joined(first: Comparison, *others: Comparison) -> Comparison:
    """Return comparisons of equally many trials as one, rule below rule."""
    every = (first, *others)
    stacked = {
        name: np.concatenate([getattr(part, name) for part in every])
        for name in ("log_hazard_ratio", "rates", "medians", "events", "analysed")
    }
    return replace(
        first,
        rules=sum((part.rules for part in every), ()),
        curves=sum((part.curves for part in every), ()),
        **stacked,
    )


def observe_as(patients: Histories, named: NamedRule) -> Trials:
    """Return what trials see under a named rule; see :func:`secondline.trials.observe`."""
    if named.whom == "randomised" or named.rule.clock == "treatment":
        return observe(patients, named.rule)
    trials = observe(patients, replace(named.rule, clock="treatment"))
    waited = np.where(trials.analysed, patients.treatment, 0.0)
    return replace(trials, time=trials.time + waited)


def _one(trials: Trials, at: float):
    fits = cox(trials.time, trials.event, trials.arm)
    rates = survival_at(trials.time, trials.event, trials.arm, [at]).survival[..., 0]
    curves, middle, analysed = {}, [], []
    for arm in (0, 1):
        mine = trials.analysed & (trials.arm == arm)
        analysed.append(mine.sum() / (len(mine) * (trials.arm == arm).sum()))
        if not mine.any():
            middle.append((np.nan,) * 3)
            continue
        curves[arm] = kaplan_meier(trials.time[mine], trials.event[mine])
        median = median_with_interval(curves[arm])
        middle.append((median.estimate, median.lower, median.upper))
    return fits.log_hazard_ratio, rates, middle, trials.events.mean(), analysed, curves


def by_chance(patients: Histories) -> Histories:
    """Return patients whose new therapy has nothing to do with their own failure.

    The starts are the same, in the same months, but each is dealt to another patient of
    the same arm and trial: the next in line. There it is an ordinary end of observation,
    unless that patient has failed before. A patient's own progression is not brought
    forward by it.
    """
    starts = np.where(patients.new_therapy, patients.failure, np.inf)
    for own in (patients.design.arm == 1, patients.design.arm == 0):
        starts[:, own] = np.roll(starts[:, own], 1, axis=1)
    return replace(
        patients,
        failure=np.where(patients.new_therapy, patients.failure + patients.lead, patients.failure),
        at_once=patients.at_once & ~patients.new_therapy,
        new_therapy=np.zeros_like(patients.new_therapy),
        dropout=np.minimum(patients.dropout, starts),
    )


@dataclass(frozen=True)
class Example:
    """One virtual patient under several rules.

    Attributes
    ----------
    what : str
        What happens to the patient.
    arm : int
    failure : float
        Month of failure; infinite for none.
    seen : dict of float
        Month of the event by rule; infinite for none.
    """

    what: str
    arm: int
    failure: float
    seen: dict[str, float]


def examples(patients: Histories, rules) -> tuple[Example, ...]:
    """Return the first virtual patient of each of five kinds, as several rules see them.

    Kinds of which there is no patient are left out.
    """
    failure, settled = patients.failure, RESPONSE_SETTLED
    quiet = ~patients.at_once
    late = patients.without_response & np.isinf(failure)
    stable = patients.without_response & (failure > 3.2) & (failure < settled) & quiet
    early = (failure > 0.6) & (failure < 1.4)
    # after a response, so that no deadline comes before the new therapy
    switched = patients.new_therapy & ~patients.without_response
    later = (failure > 6) & (failure < 8) & ~patients.without_response
    kinds = (
        ("progresses early, found by scan", 0, early & quiet),
        ("new therapy without progression", 0, switched & (failure > 1) & (failure < 3)),
        ("stable, then progresses", 0, stable),
        ("responds, then relapses", 1, later & quiet),
        ("responds late and lastingly", 1, late),
    )
    happens = {named.name: seen(patients, named.rule)[0] for named in rules}
    found = []
    for what, arm, fits in kinds:
        places = np.argwhere(fits & (patients.design.arm == arm))
        if len(places):
            i, j = places[0]
            found.append(
                Example(what, arm, float(failure[i, j]),
                        {name: float(when[i, j]) for name, when in happens.items()})
            )  # fmt: skip
    return tuple(found)
