"""What a two-arm trial is made of: arms, scans, the rule that defines an event, accrual."""

from dataclasses import dataclass, field, replace

import numpy as np

from secondline.checks import check_share, is_number
from secondline.errors import InputError, one_of
from secondline.trials.truth import CureMixture, LogLogistic, PiecewiseHazard

MONTH_DAYS = 365.25 / 12
NEW_THERAPY = ("event", "censor", "ignore")
CLOCKS = ("randomisation", "treatment")
ENDPOINTS = ("EFS", "OS")


@dataclass(frozen=True)
class Arm:
    """One arm's truth.

    Attributes
    ----------
    curve : curve
        Time from randomisation to treatment failure (progression, a new therapy or
        death), months; see :mod:`secondline.trials.truth`.
    name : str
    dropout : float
        Rate at which patients are lost from view, per month.
    seen_at_once : float
        Share of failures that are known on their day (symptoms, a new therapy, death);
        the others are found at the next scan.
    new_therapy : float
        Share of failures that are the start of a new therapy without progression; not
        above `seen_at_once`.
    new_therapy_lead : float
        Mean months from such a start to the progression that would have come.
    stable : float
        Share of patients failing by :data:`RESPONSE_SETTLED` who have had no response
        until then.
    late_response : float
        Share of the others whose response begins only after 12 weeks, and so after the
        earlier of the trials' deadlines.
    treatment_months, treatment_spread : float
        Median time from randomisation to infusion or transplant, and the standard
        deviation of its logarithm; 0 months: at once.
    crossover : float
        Share of failures that are followed by CAR-T cells outside the trial.
    after, after_crossover : curve
        Time from failure to death, without and with CAR-T cells then.
    """

    curve: object
    name: str = ""
    dropout: float = 0.0
    seen_at_once: float = 1.0
    new_therapy: float = 0.0
    new_therapy_lead: float = 2.0
    stable: float = 0.0
    late_response: float = 0.0
    treatment_months: float = 0.0
    treatment_spread: float = 0.0
    crossover: float = 0.0
    after: object = PiecewiseHazard((np.log(2) / 8,))
    after_crossover: object = field(
        default_factory=lambda: CureMixture(PiecewiseHazard((np.log(2) / 8,)), cured=0.3)
    )

    def __post_init__(self):
        check_share(
            seen_at_once=self.seen_at_once,
            new_therapy=self.new_therapy,
            stable=self.stable,
            late_response=self.late_response,
            crossover=self.crossover,
        )
        if self.new_therapy > self.seen_at_once:
            raise InputError(
                f"new_therapy is {self.new_therapy!r} and seen_at_once {self.seen_at_once!r}; the "
                "start of a new therapy is seen at once, so its share must not be the larger."
            )
        for name in ("dropout", "treatment_months", "treatment_spread", "new_therapy_lead"):
            value = getattr(self, name)
            if not (is_number(value) and value >= 0):
                raise InputError(f"{name} is {value!r}; it must be a number, 0 or more.")


@dataclass(frozen=True)
class Scans:
    """When scans are taken, in months from randomisation.

    Attributes
    ----------
    months : tuple of float
        Rising, above 0; empty: every failure is known on its day.
    shift : float
        Each patient's scans lie up to so many months before or after the plan.
    """

    months: tuple[float, ...] = ()
    shift: float = 5 / MONTH_DAYS

    def __post_init__(self):
        if not (is_number(self.shift) and self.shift >= 0):
            raise InputError(f"shift is {self.shift!r}; it must be a number of months, 0 or more.")
        months = self.months
        rising = all(is_number(month) for month in months) and (np.diff(months) > 0).all()
        if len(months) and not (rising and months[0] > self.shift):
            raise InputError(
                f"Scans are planned at {list(months)!r} months; they must rise, and the first "
                f"must come after the largest shift, {self.shift:g} months."
            )

    @classmethod
    def on_days(cls, *days: float, shift_days: float = 5.0) -> "Scans":
        """Return the schedule with scans on these days."""
        return cls(tuple(day / MONTH_DAYS for day in days), shift_days / MONTH_DAYS)


@dataclass(frozen=True)
class EventRule:
    """What counts as an event, and from when time is counted.

    Attributes
    ----------
    scans : Scans
    response_by : float or None
        Month by which a response is required; a patient without one has an event then.
    new_therapy : {"event", "censor", "ignore"}
        What the start of a new therapy without progression is: an event, the end of
        observation, or nothing (progression is waited for).
    clock : {"randomisation", "treatment"}
        Time zero. With "treatment" only those who were treated without an event
        before are counted.
    endpoint : {"EFS", "OS"}
        With "OS" only death counts, and the rest of the rule plays no part but `clock`.
    """

    scans: Scans = Scans()
    response_by: float | None = None
    new_therapy: str = "event"
    clock: str = "randomisation"
    endpoint: str = "EFS"

    def __post_init__(self):
        for name, allowed in (
            ("new_therapy", NEW_THERAPY),
            ("clock", CLOCKS),
            ("endpoint", ENDPOINTS),
        ):
            if getattr(self, name) not in allowed:
                raise InputError(f"{name} is {getattr(self, name)!r}; allowed: {one_of(allowed)}.")
        by = self.response_by
        if by is not None and not (is_number(by) and by > self.scans.shift):
            raise InputError(
                f"response_by is {by!r}; it must be None or a number of months above the scans' "
                f"largest shift, {self.scans.shift:g}."
            )


@dataclass(frozen=True)
class Design:
    """A two-arm trial.

    Attributes
    ----------
    control, experimental : Arm
        Arms 0 and 1.
    n : int
        Patients randomised, 2 or more.
    experimental_share : float
        Share allocated to arm 1; the count is rounded up, so that 359 give 180 and 179.
    accrual_months : float
        Time from the first to the last patient.
    accrual_power : float
        1: the same number every month; above 1: more towards the end.
    follow_up_months : float
        From the last patient to the analysis.
    rule : EventRule
    """

    control: Arm
    experimental: Arm
    n: int = 359
    experimental_share: float = 0.5
    accrual_months: float = 20.4
    accrual_power: float = 1.0
    follow_up_months: float = 17.4
    rule: EventRule = EventRule()

    def __post_init__(self):
        if isinstance(self.n, bool) or not isinstance(self.n, (int, np.integer)) or self.n < 2:
            raise InputError(f"n is {self.n!r}; it must be a whole number of patients, 2 or more.")
        share = self.experimental_share
        if not (is_number(share) and 0 < share < 1) or not 0 < self.n_experimental < self.n:
            raise InputError(
                f"experimental_share is {share!r}; it must lie between 0 and 1 "
                "and leave patients in both arms."
            )
        if not (is_number(self.accrual_power) and self.accrual_power > 0):
            raise InputError(f"accrual_power is {self.accrual_power!r}; it must be above 0.")
        for name in ("accrual_months", "follow_up_months"):
            value = getattr(self, name)
            if not (is_number(value) and value >= 0):
                raise InputError(f"{name} is {value!r}; it must be a number, 0 or more.")

    @property
    def n_experimental(self) -> int:
        """Patients in arm 1."""
        return int(np.ceil(self.n * self.experimental_share - 1e-9))

    @property
    def arm(self) -> np.ndarray:
        """Arm of each patient, shape (n,): those of arm 1 first."""
        return (np.arange(self.n) < self.n_experimental).astype(np.int8)

    @property
    def end(self) -> float:
        """Months from the first patient to the analysis."""
        return self.accrual_months + self.follow_up_months

    def with_rule(self, rule: EventRule) -> "Design":
        """Return the same trial under another rule."""
        return replace(self, rule=rule)


# No patient counts as having no response later than this: day 150, the last of the
# published deadlines; failures after it follow a response.
RESPONSE_SETTLED = 150 / MONTH_DAYS

ZUMA7_SCANS = Scans.on_days(50, 100, 150, 274, 365, 457, 548, 639, 730, 913, 1096, 1278)


def zuma7() -> Design:
    """Return a design that gives the printed event-free survival of ZUMA-7 on average.

    Cure shares, latencies, the lag before the first failures and the share of failures
    seen at once are fitted to the printed hazard ratio, medians and 24-month rates; the
    scan days after day 150 and everything beyond event-free survival are assumptions.
    """
    return Design(
        control=Arm(
            CureMixture(LogLogistic(1.5558, 2.0740), cured=0.16),
            name="SOC",
            dropout=0.006,
            seen_at_once=0.7,
            new_therapy=0.4,
            stable=0.5,
            treatment_months=2.9,
            treatment_spread=0.15,
        ),
        experimental=Arm(
            CureMixture(LogLogistic(1.4615, 1.3975), cured=0.3913, lag=1.2),
            name="axi-cel",
            dropout=0.0025,
            seen_at_once=0.3,
            new_therapy=0.1,
            stable=0.12,
            treatment_months=1.0,
            treatment_spread=0.25,
        ),
        accrual_power=1.51,
        rule=EventRule(ZUMA7_SCANS, response_by=RESPONSE_SETTLED),
    )
