"""What a published P value promises of the next trial: by formula, and for several together."""

from dataclasses import dataclass, field
from math import exp, log, sqrt

import numpy as np
import pandas as pd
from scipy import stats

from secondline.claims import get_claim
from secondline.cohort import high
from secondline.effects import (
    EffectEstimate,
    printed_value,
    read_effects,
    standard_error_from_events,
    z_from_p,
)
from secondline.errors import InputError
from secondline.trials import schoenfeld_events, schoenfeld_power

ARM = "axi-cel"
# as the published effects name them, and as the cohort does
COLUMNS = {
    "B cell signature": "sig_b_cells",
    "BPI": "BPI",
    "SII": "SII",
    "CD19 (gene or protein)": "gene_CD19",
    "hypoxia signature": "sig_hypoxia",
}
# patients of the axi-cel arm with a signature, and those without an ongoing response
PATIENTS = ("tme-fig1-c-axi-ongoing-n", "tme-fig1-c-axi-relapsed-n", "tme-fig1-c-axi-no-response-n")
EVENTS = "tme-ed2-a-axi-others-n"
TARGET_POWER = 0.8
DRAWS = 100_000


@dataclass(frozen=True)
class Finding:
    """A printed P value of a marker in one arm.

    Attributes
    ----------
    name, column : str
        In the source, and in the cohort.
    printed : str
        P as printed.
    side : int
        1 where a high marker goes with shorter EFS, -1 where with longer.
    """

    name: str
    column: str
    printed: str
    side: int

    @property
    def p(self) -> float:
        """P as a number."""
        return printed_value(self.printed)

    @property
    def z(self) -> float:
        """Size of z by P; above 0 whatever the direction."""
        return z_from_p(self.p)

    def effect(self, events: float) -> EffectEstimate:
        """Return the hazard ratio of halves that P means with so many events."""
        error = standard_error_from_events(events)
        return EffectEstimate(exp(self.side * self.z * error), error)


def published_findings() -> tuple[Finding, ...]:
    """Return the markers with a P value for EFS after axi-cel and a direction, smallest P first."""
    found = [
        Finding(e.marker, COLUMNS[e.marker], e.p, e.sides[0])
        for e in read_effects()
        if e.contrast == "levels" and e.arm == ARM and e.marker in COLUMNS
    ]
    return tuple(sorted(found, key=lambda f: f.p))


def first_trial() -> tuple[int, int]:
    """Return the patients of the axi-cel arm with a signature, and how many had an event.

    The source prints no events; counted are those without an ongoing response.
    """
    patients = sum(int(get_claim(name).value) for name in PATIENTS)
    return patients, int(get_claim(EVENTS).value)


def replication_power(z: float, events_ratio: float, *, share: float = 1.0, alpha: float = 0.05):
    """Return the chance that the next trial finds P below `alpha`, in the same direction.

    Parameters
    ----------
    z : float
        Of the first trial.
    events_ratio : float
        Events of the next trial over those of the first.
    share : float
        Of the first estimate that is true: 1 takes it as it is.
    alpha : float
        Two-sided.

    Notes
    -----
    Goodman, Stat Med 1992;11:875. It takes the logarithm of the hazard ratio as normal with a
    variance that falls with the events, and so needs no hazard ratio.
    """
    _check(events_ratio, alpha)
    # four events have a standard error of 1, so that a log hazard ratio of halves is its z
    return schoenfeld_power(4 * events_ratio, exp(-abs(share * z)), alpha=alpha)


def predictive_probability(
    z: float, events_ratio: float, *, alpha: float = 0.05, shrinkage: float = 1.0
) -> float:
    """Return the same chance, averaged over what the true effect may be.

    Parameters
    ----------
    z, events_ratio, alpha
        As for :func:`replication_power`.
    shrinkage : float
        Share of the estimate that is kept: 1 with every true effect held possible alike;
        below 1 with a normal distribution about no effect (:func:`kept_share`).

    Notes
    -----
    The true effect is normal with mean k z and variance k, so that the next z is normal
    with mean k z sqrt(r) and variance 1 + k r, r being the ratio of events.
    """
    _check(events_ratio, alpha)
    if not 0 < shrinkage <= 1:
        raise InputError(f"shrinkage is {shrinkage!r}; it must be above 0 and at most 1.")
    reach = shrinkage * abs(z) * sqrt(events_ratio) - stats.norm.isf(alpha / 2)
    return float(stats.norm.cdf(reach / sqrt(1 + shrinkage * events_ratio)))


def kept_share(events: float, prior_factor: float) -> float:
    """Return the share of a log hazard ratio that is kept under a sceptical prior.

    Parameters
    ----------
    events : float
        Of the first trial.
    prior_factor : float
        Above 1: 95 % of true hazard ratios of halves lie between 1 over it and it.
    """
    if not (prior_factor > 1 and np.isfinite(prior_factor)):
        raise InputError(f"prior_factor is {prior_factor!r}; it must be above 1.")
    variance = (log(prior_factor) / stats.norm.isf(0.025)) ** 2
    return variance / (variance + standard_error_from_events(events) ** 2)


def replication_table(
    findings, n_per_arm: int, *, share: float = 0.5, prior_factor: float = 2.0, alpha: float = 0.05
) -> pd.DataFrame:
    """Return the chances of each finding in a trial with so many patients in the arm.

    Parameters
    ----------
    findings : sequence of Finding
    n_per_arm : int
    share : float
        Of the published effect that is true, in one of the columns.
    prior_factor, alpha : float

    Returns
    -------
    DataFrame
        One row a finding: name, printed, p (as a number), side, z; hazard_ratio, lower and
        upper (implied); if_true, if_share, predictive, sceptical; n_if_true and n_if_share
        (patients in the arm for a power of :data:`TARGET_POWER`).
    """
    patients, events = first_trial()
    ratio, kept = n_per_arm / patients, kept_share(events, prior_factor)
    rows = []
    for f in findings:
        effect = f.effect(events)
        needed = [
            schoenfeld_events(exp(-abs(s * f.z)), power=TARGET_POWER, alpha=alpha) / 4 * patients
            if s * f.z else float("inf")
            for s in (1.0, share)
        ]  # fmt: skip
        rows.append((
            f.name, f.printed, f.p, f.side, f.z, effect.hazard_ratio, *effect.interval(),
            replication_power(f.z, ratio, alpha=alpha),
            replication_power(f.z, ratio, share=share, alpha=alpha),
            predictive_probability(f.z, ratio, alpha=alpha),
            predictive_probability(f.z, ratio, alpha=alpha, shrinkage=kept), *needed,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "name", "printed", "p", "side", "z", "hazard_ratio", "lower", "upper", "if_true",
        "if_share", "predictive", "sceptical", "n_if_true", "n_if_share",
    ])  # fmt: skip


def finding_correlations(patients: pd.DataFrame, findings) -> np.ndarray | None:
    """Return how the findings' statistics hang together: correlations of halves, signed.

    Parameters
    ----------
    patients : DataFrame
        A cohort; its axi-cel arm is used.
    findings : sequence of Finding

    Returns
    -------
    ndarray, shape (k, k), or None
        Positive where two findings tend to come together. None where the cohort lacks a
        marker, or one does not vary.
    """
    if any(f.column.startswith(("sig_", "gene_")) and f.column not in patients for f in findings):
        return None
    halves = pd.concat([f.side * high(patients, f.column) for f in findings], axis=1)
    halves = halves[patients["arm"] == ARM].dropna()
    if len(halves) < 3 or (halves.nunique() < 2).any():
        return None
    return np.corrcoef(halves.to_numpy(dtype=float).T)


@dataclass(frozen=True, eq=False)
class Jointly:
    """How many of several findings come again in one trial.

    Attributes
    ----------
    table : DataFrame
        One row a scenario: scenario, expected (number that comes again), all, none, and
        all_independent (all, if they had nothing to do with each other).
    """

    table: pd.DataFrame = field(repr=False)


def jointly(
    findings, correlation, n_per_arm: int, *, share: float = 0.5, prior_factor: float = 2.0,
    alpha: float = 0.05, seed: int = 1, draws: int = DRAWS,
) -> Jointly:  # fmt: skip
    """Draw the findings' next statistics together.

    Parameters
    ----------
    findings : sequence of Finding
    correlation : array-like, shape (k, k)
        Of the statistics, as from :func:`finding_correlations`.
    n_per_arm, share, prior_factor, alpha
        As for :func:`replication_table`.
    seed, draws : int
    """
    patients, events = first_trial()
    ratio, z = n_per_arm / patients, np.array([f.z for f in findings])
    root = _root(correlation)
    rng = np.random.default_rng(seed)
    first, second = (rng.standard_normal((draws, len(z))) @ root.T for _ in range(2))
    kept = kept_share(events, prior_factor)
    true = {
        "the published effect is true": z + 0 * first,
        f"{100 * share:g} % of it is true": share * z + 0 * first,
        "its uncertainty integrated": z + first,
        "the same, with the sceptical prior": kept * z + sqrt(kept) * first,
    }
    rows = []
    for name, effect in true.items():
        found = sqrt(ratio) * effect + second > stats.norm.isf(alpha / 2)
        each = found.mean(axis=0)
        number = found.sum(axis=1)
        rows.append((name, number.mean(), np.mean(number == len(z)), np.mean(number == 0),
                     np.prod(each)))  # fmt: skip
    columns = ["scenario", "expected", "all", "none", "all_independent"]
    return Jointly(pd.DataFrame(rows, columns=columns))


def replication_curves(
    n_per_arm: int, *, share: float = 0.5, prior_factor: float = 2.0, alpha: float = 0.05,
    smallest: float = 1e-5, largest: float = 0.1, points: int = 81,
) -> pd.DataFrame:  # fmt: skip
    """Return the chances of :func:`replication_table` along the first trial's P value.

    Returns
    -------
    DataFrame
        p, if_true, if_share, predictive, sceptical.
    """
    patients, events = first_trial()
    ratio, kept = n_per_arm / patients, kept_share(events, prior_factor)
    rows = []
    for p in np.geomspace(smallest, largest, points):
        z = z_from_p(float(p))
        rows.append((
            float(p), replication_power(z, ratio, alpha=alpha),
            replication_power(z, ratio, share=share, alpha=alpha),
            predictive_probability(z, ratio, alpha=alpha),
            predictive_probability(z, ratio, alpha=alpha, shrinkage=kept),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["p", "if_true", "if_share", "predictive", "sceptical"])


def _root(correlation) -> np.ndarray:
    matrix = np.asarray(correlation, dtype=float)
    values, vectors = np.linalg.eigh(matrix)
    if values.min() < -1e-8 or not np.allclose(np.diag(matrix), 1):
        raise InputError("correlation is no correlation matrix.")
    return vectors * np.sqrt(np.maximum(values, 0))


def _check(events_ratio: float, alpha: float) -> None:
    if not (events_ratio > 0 and np.isfinite(events_ratio)):
        raise InputError(f"events_ratio is {events_ratio!r}; it must be above 0.")
    if not 0 < alpha < 1:
        raise InputError(f"alpha is {alpha!r}; it must lie between 0 and 1.")
