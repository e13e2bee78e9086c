"""Simulate two-arm trials: first what happens to patients, then what a trial sees of it."""

from dataclasses import dataclass, field

import numpy as np

from secondline.checks import whole_number
from secondline.errors import InputError
from secondline.trials.design import RESPONSE_SETTLED, Design, EventRule

# trials that share one stream of random numbers: the unit that is never split
BLOCK = 50
# one stream for each thing that is drawn, so that more of one moves no other
STREAMS = ("failure", "entry", "dropout", "kind", "shift", "response", "treatment", "lead", "after",
           "crossover")  # fmt: skip
TWELVE_WEEKS = 12 * 7 / (365.25 / 12)


@dataclass(frozen=True, eq=False)
class Histories:
    """What happens to the patients of many trials, whoever looks.

    All times are months from randomisation, shape (trials, n); `entry` is from the
    first patient's entry, and `shift` moves a patient's scans, as a share of the
    largest shift. `failure` and `death` are infinite for those who never have them.
    """

    design: Design
    failure: np.ndarray = field(repr=False)
    death: np.ndarray = field(repr=False)
    entry: np.ndarray = field(repr=False)
    dropout: np.ndarray = field(repr=False)
    treatment: np.ndarray = field(repr=False)
    new_therapy: np.ndarray = field(repr=False)
    at_once: np.ndarray = field(repr=False)
    lead: np.ndarray = field(repr=False)
    without_response: np.ndarray = field(repr=False)
    shift: np.ndarray = field(repr=False)

    @property
    def trials(self) -> int:
        """Number of trials."""
        return len(self.failure)


@dataclass(frozen=True, eq=False)
class Trials:
    """What many trials see.

    Attributes
    ----------
    time : ndarray, shape (trials, n)
        Months to the event or the end of observation; 0, without an event, for a
        patient who is not in the analysis.
    event : ndarray of bool, shape (trials, n)
    arm : ndarray of {0, 1}, shape (n,)
    analysed : ndarray of bool, shape (trials, n)
        Who is in the analysis: everyone randomised by then, or everyone treated.
    """

    time: np.ndarray = field(repr=False)
    event: np.ndarray = field(repr=False)
    arm: np.ndarray = field(repr=False)
    analysed: np.ndarray = field(repr=False)

    @property
    def events(self) -> np.ndarray:
        """Events in each trial, shape (trials,)."""
        return self.event.sum(axis=1)


def simulate(design: Design, n_trials: int, seed: int) -> Trials:
    """Simulate trials of a design.

    Parameters
    ----------
    design : Design
    n_trials : int
        1 or more.
    seed : int
        0 or more. Trial i is the same however many trials are asked for.

    Returns
    -------
    Trials
        Holds 9 bytes for each patient of each trial; where that is too much, use
        :func:`secondline.trials.operating_characteristics`, which keeps summaries only.

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    return observe(histories(design, n_trials, seed))


def histories(design: Design, n_trials: int, seed: int) -> Histories:
    """Simulate what happens to the patients of `n_trials` trials.

    Two designs with the same `n` and seed share their random numbers patient by
    patient; rules play no part here, so that one biology can be seen under several.

    Parameters
    ----------
    design : Design
    n_trials : int
        1 or more.
    seed : int
        0 or more.

    Returns
    -------
    Histories

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    n_trials, seed = whole_number("n_trials", n_trials, 1), whole_number("seed", seed, 0)
    blocks = [block_histories(design, seed, block) for block in range(-(-n_trials // BLOCK))]
    if len(blocks) == 1 and n_trials == BLOCK:
        return blocks[0]
    names = [name for name in Histories.__dataclass_fields__ if name != "design"]
    joined = {
        name: np.concatenate([getattr(block, name) for block in blocks])[:n_trials]
        for name in names
    }
    return Histories(design, **joined)


def block_histories(design: Design, seed: int, block: int) -> Histories:
    """Return one whole block of trials: those from ``block * BLOCK`` on."""
    shape = (BLOCK, design.n)
    draw = {
        name: np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block, stream)))
        for stream, name in enumerate(STREAMS)
    }
    # in (0, 1]: a curve is never asked for a survival of 0
    failure = 1 - draw["failure"].random(shape)
    kind = draw["kind"].random(shape)
    response = draw["response"].random(shape)
    after = 1 - draw["after"].random(shape)
    crosses = draw["crossover"].random(shape)
    dropout = draw["dropout"].standard_exponential(shape)
    treatment = draw["treatment"].standard_normal(shape)
    lead = draw["lead"].standard_exponential(shape)
    entry = design.accrual_months * draw["entry"].random(shape) ** (1 / design.accrual_power)
    new_therapy, at_once = np.empty(shape, bool), np.empty(shape, bool)
    without_response = np.empty(shape, bool)
    death = np.full(shape, np.inf)
    first = design.n_experimental
    for arm, own in (
        (design.experimental, slice(None, first)),
        (design.control, slice(first, None)),
    ):
        failure[:, own] = arm.curve.times(failure[:, own])
        new_therapy[:, own] = kind[:, own] < arm.new_therapy
        at_once[:, own] = kind[:, own] < arm.seen_at_once
        settled = failure[:, own] <= RESPONSE_SETTLED
        without_response[:, own] = response[:, own] < np.where(
            settled, arm.stable, arm.late_response
        )
        with np.errstate(divide="ignore"):
            dropout[:, own] /= arm.dropout
        treatment[:, own] = arm.treatment_months * np.exp(
            arm.treatment_spread * treatment[:, own]
        )
        lead[:, own] *= arm.new_therapy_lead
        crossed = crosses[:, own] < arm.crossover
        mine = after[:, own]
        death[:, own] = failure[:, own] + np.where(
            crossed, arm.after_crossover.times(mine), arm.after.times(mine)
        )
    return Histories(
        design=design,
        failure=failure,
        death=death,
        entry=entry,
        dropout=dropout,
        treatment=treatment,
        new_therapy=new_therapy,
        at_once=at_once,
        lead=lead,
        without_response=without_response,
        shift=draw["shift"].uniform(-1, 1, shape),
    )


def observe(patients: Histories, rule: EventRule | None = None, *, calendar=None) -> Trials:
    """Return what trials see of their patients under a rule.

    Parameters
    ----------
    patients : Histories
    rule : EventRule, optional
        The design's own if not given.
    calendar : float or array_like, shape (trials,), optional
        Months from the first patient's entry to the analysis; the design's end if not
        given. Patients who enter later are not in the analysis.

    Returns
    -------
    Trials

    Raises
    ------
    InputError
        If the calendar time is negative or not a number.
    """
    design = patients.design
    rule = design.rule if rule is None else rule
    happens, ends = seen(patients, rule)
    calendar = np.asarray(design.end if calendar is None else calendar, dtype=float)
    if calendar.shape not in {(), (patients.trials,)} or not (calendar >= 0).all():
        raise InputError(
            "calendar must be a number of months, 0 or more, or one for each of the "
            f"{patients.trials} trials."
        )
    watched = calendar[..., None] - patients.entry
    ends = np.minimum(ends, watched)
    time = np.minimum(happens, ends)
    event = happens <= ends
    analysed = watched > 0
    if rule.clock == "treatment":
        analysed = analysed & (time > patients.treatment)
        time = time - patients.treatment
    time = np.where(analysed, time, 0.0)
    return Trials(time, event & analysed, design.arm, analysed)


def seen(patients: Histories, rule: EventRule):
    """Return when the event would be known, and when a patient is lost, months each."""
    if rule.endpoint == "OS":
        return patients.death, patients.dropout
    failure, at_once = patients.failure, patients.at_once
    ends = patients.dropout
    if rule.new_therapy == "ignore":
        failure = np.where(patients.new_therapy, failure + patients.lead, failure)
        at_once = at_once & ~patients.new_therapy
    shift = rule.scans.shift * patients.shift
    happens = failure
    if rule.scans.months:
        planned = np.append(rule.scans.months, np.inf)
        scan = planned[np.searchsorted(planned[:-1], failure - shift)] + shift
        happens = np.where(at_once, failure, scan)
    if rule.new_therapy == "censor":
        ends = np.where(patients.new_therapy, np.minimum(ends, failure), ends)
        happens = np.where(patients.new_therapy, np.inf, happens)
    if rule.response_by is not None and rule.response_by < RESPONSE_SETTLED:
        deadline = rule.response_by + shift
        # a late response comes after twelve weeks; the stable have none until they fail
        late = patients.without_response & (failure > deadline)
        happens = np.where(late, np.minimum(happens, deadline), happens)
    return happens, ends


def month_of_event(patients: Histories, rule: EventRule, events: int) -> np.ndarray:
    """Return the calendar month in which a trial sees its `events`-th event.

    Parameters
    ----------
    patients : Histories
    rule : EventRule
    events : int
        1 or more.

    Returns
    -------
    ndarray, shape (trials,)
        Infinite where so many are never seen.
    """
    events = whole_number("events", events, 1)
    if events > patients.failure.shape[1]:
        return np.full(patients.trials, np.inf)
    happens, ends = seen(patients, rule)
    when = np.where(happens <= ends, patients.entry + happens, np.inf)
    month = np.partition(when, events - 1, axis=1)[:, events - 1]
    # a hair later, so that rounding does not leave that event out
    return month * (1 + 1e-12)
