"""Survival by the response to first-line treatment: from diagnosis, and from a landmark on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.external.reddy import RESPONSES
from secondline.survival import Effect, arm_curves, cox_model, landmark

UNRECORDED = ("left out", *RESPONSES)
CONTRASTS = (("partial", "complete"), ("none", "partial"))
ADJUSTMENTS = ("all patients", "IPI known", "adjusted for IPI")


@dataclass(frozen=True)
class Share:
    """A share alive, with its limits; nan where nobody was observed for so long."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ResponseSurvival:
    """What became of the patients with one response.

    Attributes
    ----------
    response : str
    n, deaths : int
        With a known survival time.
    from_diagnosis : Share
        Alive at the horizon, counted from diagnosis: the naive share.
    at_landmark : int
        Patients at risk at the landmark.
    given_landmark : Share
        Alive at the horizon after diagnosis, of those at risk at the landmark.
    after_landmark : Share
        Alive the horizon's length after the landmark, of the same.
    """

    response: str
    n: int
    deaths: int
    from_diagnosis: Share
    at_landmark: int
    given_landmark: Share
    after_landmark: Share

    @property
    def bias(self) -> float:
        """Percentage points by which the share from diagnosis misses that given the landmark."""
        return 100 * (self.from_diagnosis.estimate - self.given_landmark.estimate)


@dataclass(frozen=True)
class Contrast:
    """Hazard ratio of one response against another; ``effect`` is None without an estimate."""

    response: str
    reference: str
    landmark: float
    adjustment: str
    n: int
    deaths: int
    effect: Effect | None


def usable(patients: pd.DataFrame, unrecorded: str = "left out") -> pd.DataFrame:
    """Return the patients with a known survival time and a response.

    Parameters
    ----------
    patients : DataFrame
        From :func:`secondline.external.read_reddy` or ``read_responders``.
    unrecorded : {"left out", "complete", "partial", "none"}
        What is made of patients whose response was not recorded.

    Raises
    ------
    InputError
        If the rule is unknown, or nobody is left.
    """
    if unrecorded not in UNRECORDED:
        raise InputError(f"unrecorded is {unrecorded!r}; allowed: {one_of(UNRECORDED)}.")
    rows = patients[patients["months"].notna() & patients["died"].notna()]
    if unrecorded != "left out":
        rows = rows.assign(response=rows["response"].fillna(unrecorded))
    rows = rows[rows["response"].notna()]
    if rows.empty:
        raise InputError("No patient has a response and a survival time.")
    return rows.assign(died=rows["died"].astype(bool))


def watched_until(rows: pd.DataFrame, months: float) -> pd.DataFrame:
    """Return the rows as they would be had observation ended then, for a picture."""
    return rows.assign(
        died=rows["died"] & (rows["months"] <= months), months=rows["months"].clip(upper=months)
    )


def survival_by_response(
    rows: pd.DataFrame, *, at: float = 6.0, horizon: float = 24.0, level: float = 0.95
) -> tuple[ResponseSurvival, ...]:
    """Return each response's survival, naive and from a landmark.

    Parameters
    ----------
    rows : DataFrame
        From :func:`usable`.
    at, horizon : float
        Months from diagnosis; the horizon lies after the landmark.
    level : float

    Raises
    ------
    InputError
        If the horizon does not lie after the landmark.
    """
    if not 0 <= at < horizon:
        raise InputError(f"at is {at!r} and horizon {horizon!r}; the horizon must lie later.")
    found = []
    for response in RESPONSES:
        mine = rows[rows["response"] == response]
        if mine.empty:
            continue
        later = landmark(mine, at).rows
        found.append(ResponseSurvival(
            response, len(mine), int(mine["died"].sum()), _share(mine, horizon, level),
            len(later), _share(later, horizon - at, level), _share(later, horizon, level),
        ))  # fmt: skip
    return tuple(found)


def contrasts(
    rows: pd.DataFrame, landmarks=(0, 3, 6, 9, 12), *, level: float = 0.95
) -> tuple[Contrast, ...]:
    """Return the hazard ratios of neighbouring responses, from several landmarks on.

    Parameters
    ----------
    rows : DataFrame
        From :func:`usable`.
    landmarks : sequence of float
        Months from diagnosis; 0 is the naive comparison.
    level : float

    Returns
    -------
    tuple of Contrast
        By contrast (:data:`CONTRASTS`), landmark and adjustment (:data:`ADJUSTMENTS`); the
        IPI enters as its score, 0 to 5.
    """
    found = []
    for response, reference in CONTRASTS:
        pair = rows[rows["response"].isin((response, reference))]
        pair = pair.assign(worse=(pair["response"] == response).astype(float))
        for at in landmarks:
            at_risk = landmark(pair, at).rows if len(pair) else pair
            known = at_risk[at_risk["ipi"].notna()]
            for adjustment, table, covariates in (
                (ADJUSTMENTS[0], at_risk, ("worse",)), (ADJUSTMENTS[1], known, ("worse",)),
                (ADJUSTMENTS[2], known, ("worse", "ipi")),
            ):  # fmt: skip
                found.append(Contrast(
                    response, reference, float(at), adjustment, len(table),
                    int(table["died"].sum()), _effect(table, covariates, level),
                ))  # fmt: skip
    return tuple(found)


def _effect(table: pd.DataFrame, covariates, level: float) -> Effect | None:
    if table.empty:
        return None
    try:
        fit = cox_model(table, covariates, duration="months", event="died", level=level)
    except NoFiniteEstimate:
        return None
    return fit.effect("worse")


def _share(rows: pd.DataFrame, at: float, level: float) -> Share:
    if rows.empty:
        return Share(np.nan, np.nan, np.nan)
    curve = arm_curves(rows["months"], rows["died"], ["x"] * len(rows), at=[at], level=level)["x"]
    return Share(float(curve.survival[0]), float(curve.lower[0]), float(curve.upper[0]))
