"""One marker under first-line chemotherapy and under axi-cel: is it another effect?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.claims import get_claim
from secondline.effects import (
    EffectEstimate,
    Interaction,
    interaction,
    interaction_p_range,
    printed_value,
    standard_error_from_events,
    z_from_p,
)
from secondline.errors import InputError, NoFiniteEstimate
from secondline.external.era.outcomes import ORIGIN, RISK, high, markers, with_covariates
from secondline.external.era.patients import Outcome
from secondline.survival import cox_model
from secondline.trials import cox

# marker here; the claim with the printed P; and the side of it: 1 for a shorter, -1 for a
# longer event-free survival of patients with a high value
PRINTED = {
    "Hypoxia": ("tme-hypoxia-efs-axi-p", 1),
    "SII (mean of 7)": ("tme-sii-efs-axi-p", 1),
    "BPI (mean of 2)": ("tme-bpi-efs-axi-p", -1),
    "B cells": ("tme-bcell-ges-efs-axi-p", -1),
}
# axi-cel patients with a signature and without an ongoing response: nearly all EFS events
WITHOUT_RESPONSE = ("tme-fig1-c-axi-relapsed-n", "tme-fig1-c-axi-no-response-n")
WITH_SIGNATURE = (*WITHOUT_RESPONSE, "tme-fig1-c-axi-ongoing-n")
CONTROL_WITHOUT_RESPONSE = "tme-ed2-a-soc-others-n"
ANY_RATIO = 1e6  # of two standard errors of which nothing is known


@dataclass(frozen=True)
class TwoSettings:
    """A marker's effect, high against low, in two settings that share no patient.

    Attributes
    ----------
    marker, printed_p : str
    here : EffectEstimate
        Under chemotherapy, unadjusted.
    adjusted : EffectEstimate
        The same with cell of origin and IPI group.
    there : EffectEstimate
        Under axi-cel: the hazard ratio that the printed P gives with so many events.
    ratio, ratio_adjusted : Interaction
        The effect there over the one here.
    p_at_most : float
        P of the ratio whatever the number of events: its largest value.
    """

    marker: str
    printed_p: str
    here: EffectEstimate
    adjusted: EffectEstimate
    there: EffectEstimate
    ratio: Interaction
    ratio_adjusted: Interaction
    p_at_most: float

    @property
    def opposite(self) -> bool:
        """Whether the two point in opposite directions."""
        return self.here.log * self.there.log < 0


def printed_events() -> tuple[int, int]:
    """Return axi-cel patients without an ongoing response, and all with a signature."""
    return tuple(
        sum(int(get_claim(name).n) for name in names)
        for names in (WITHOUT_RESPONSE, WITH_SIGNATURE)
    )


def unseen_in_control(alpha: float = 0.05) -> float:
    """Return how large a hazard ratio of SII the control arm could have without significance.

    With as many events as SOC patients with a signature and without an ongoing response,
    in two groups of one size.
    """
    events = int(get_claim(CONTROL_WITHOUT_RESPONSE).n)
    return float(np.exp(z_from_p(alpha) * standard_error_from_events(events)))


def implied(p: str, side: int, events: float) -> EffectEstimate:
    """Return the effect that a printed P gives with a number of events.

    The standard error is taken as that of two groups of one size, the least that so many
    events allow, so that the hazard ratio is the one nearest to 1.

    Parameters
    ----------
    p : str
        As printed.
    side : {1, -1}
        Above or below 1.
    events : float
    """
    se = standard_error_from_events(events)
    return EffectEstimate(float(np.exp(side * z_from_p(printed_value(p)) * se)), se)


def two_settings(found: Outcome, axi_events: int, level: float = 0.95) -> tuple[TwoSettings, ...]:
    """Compare each marker that has a printed P.

    Parameters
    ----------
    found : Outcome
    axi_events : int
        Events behind the printed P values: above 0.
    level : float

    Returns
    -------
    tuple of TwoSettings
        A marker without a finite estimate here is left out.
    """
    if axi_events < 1:
        raise InputError(f"axi_events is {axi_events}; it must be 1 or more.")
    rows = with_covariates(found.patients).join(high(markers(found)))
    covariates = [
        name for name in (*ORIGIN, *RISK, "ipi_missing") if rows[name].nunique() > 1
    ]
    compared = []
    for marker, (claim, side) in PRINTED.items():
        printed = get_claim(claim).p
        try:
            here = _effect(rows, marker, ())
            adjusted = _effect(rows, marker, covariates)
        except NoFiniteEstimate:
            continue
        there = implied(printed, side, axi_events)
        compared.append(TwoSettings(
            marker, printed, here, adjusted, there, interaction(there, here, level),
            interaction(there, adjusted, level),
            interaction_p_range(there.z, here.z, ANY_RATIO)[1],
        ))  # fmt: skip
    return tuple(compared)


def by_events(found: Outcome, marker: str, events, level: float = 0.95) -> pd.DataFrame:
    """Compare one marker over numbers of events behind the printed P.

    Returns
    -------
    DataFrame
        Columns events, there (hazard ratio with axi-cel), ratio, lower, upper, p.
    """
    rows = []
    for n in events:
        for t in two_settings(found, n, level):
            if t.marker == marker:
                rows.append((n, t.there.hazard_ratio, t.ratio.ratio, t.ratio.lower,
                             t.ratio.upper, t.ratio.p))  # fmt: skip
    return pd.DataFrame(rows, columns=["events", "there", "ratio", "lower", "upper", "p"])


def index_event(seen_hazard_ratio: float = 0.6, *, spreads=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5),
                n: int = 200_000, early: float = 0.25, late: float = 0.6,
                seed: int = 1) -> pd.DataFrame:  # fmt: skip
    """Simulate a marker that works in first line alone, seen in second line.

    All virtual patients get a first line. A binary marker multiplies the hazard there,
    and so does a trait that nobody measured, which is normal on the logarithmic scale.
    Those who fail early enter a second study. There the trait has the same effect, and
    the marker none.

    Parameters
    ----------
    seen_hazard_ratio : float
        Of the marker, as a study in first line sees it that does not know the trait:
        above 0. The marker's own effect is chosen so that this comes out.
    spreads : sequence of float
        Standard deviations of the trait's log hazard: 0 or more.
    n : int
        Virtual patients of the first line, half of them with the marker.
    early, late : float
        Shares with an event: of all patients, early in first line; and by the end of
        either study.
    seed : int

    Returns
    -------
    DataFrame
        Columns spread, entered (patients of the second study), own (hazard ratio of the
        marker at one level of the trait), first and second (hazard ratio that the first
        and the second study sees), se (of the last one's logarithm, from simulation).
    """
    if not seen_hazard_ratio > 0:
        raise InputError(f"seen_hazard_ratio is {seen_hazard_ratio}; it must be above 0.")
    rng = np.random.default_rng(seed)
    trait = rng.standard_normal(n)
    first, second = rng.exponential(size=(2, n))
    # half of the patients differ from the other half by the marker alone
    marker = (np.arange(n) % 2).astype(float)
    rows = []
    for spread in spreads:
        hazard = np.exp(spread * trait)

        def seen(own, hazard=hazard):
            return _followed(first / (hazard * np.exp(own * marker)), marker, late)[0]

        own, seen_log = _solve(seen, np.log(seen_hazard_ratio))
        time = first / (hazard * np.exp(own * marker))
        entered = time <= np.quantile(time, early)
        found, se = _followed((second / hazard)[entered], marker[entered], late)
        rows.append((spread, int(entered.sum()), *np.exp([own, seen_log, found]), se))
    return pd.DataFrame(rows, columns=["spread", "entered", "own", "first", "second", "se"])


def _solve(seen, wanted: float, steps: int = 4) -> tuple[float, float]:
    """Return the effect that is seen as the wanted one, by secants, and how it is seen."""
    before, own = wanted, wanted
    error = seen(own) - wanted
    own, last = own - error, error
    for _ in range(steps):
        error = seen(own) - wanted
        if error == last:
            break
        own, before, last = own - error * (own - before) / (error - last), own, error
    return own, seen(own)


def _followed(time, marker, late: float) -> tuple[float, float]:
    """Return the log hazard ratio of a study that ends when a share has had the event."""
    end = np.quantile(time, late)
    fit = cox(np.minimum(time, end), time <= end, marker)
    return float(fit.log_hazard_ratio[0]), float(fit.se[0])


def _effect(rows: pd.DataFrame, marker: str, covariates) -> EffectEstimate:
    fit = cox_model(rows, (marker, *covariates), duration="months", event="event")
    return EffectEstimate(float(fit.hazard_ratio[0]), float(fit.se[0]))
