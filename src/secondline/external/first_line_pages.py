"""Tables and sentences for the chapter on responses to first-line treatment."""

import numpy as np
import pandas as pd

from secondline.external.first_line_response import ADJUSTMENTS, CONTRASTS, RESPONSES
from secondline.intervals import bare_p
from secondline.trials import typical

EARLY = (3, 6, 12)  # months
NOT_RECORDED = "not recorded"


def flow_page(patients: pd.DataFrame) -> pd.DataFrame:
    """Return how many patients have which response, and how many died early, as texts."""
    rows = []
    for response in (*RESPONSES, NOT_RECORDED):
        missing = response == NOT_RECORDED
        mine = patients[
            patients["response"].isna() if missing else patients["response"] == response
        ]
        timed = mine[mine["months"].notna() & mine["died"].notna()]
        died = timed["died"].astype(bool)
        rows.append((
            response, str(len(mine)), str(len(timed)), str(int(died.sum())),
            *(str(int((died & (timed["months"] <= at)).sum())) for at in EARLY),
            str(int(mine["ipi"].notna().sum())),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Response", "patients", "with survival time", "deaths",
        *(f"by month {at}" for at in EARLY), "IPI known",
    ])  # fmt: skip


def flow_reading(patients: pd.DataFrame) -> str:
    """Say how early those die whose response was not recorded, and whether that is the rule."""
    timed = patients[patients["months"].notna() & patients["died"].notna()]
    early = EARLY[0]

    def deaths(rows):
        died = rows["died"].astype(bool)
        return int(died.sum()), int((died & (rows["months"] <= early)).sum())

    missing = timed["response"].isna()
    unknown, known = deaths(timed[missing]), deaths(timed[~missing])
    if not missing.any():
        return "Every patient with a survival time has a recorded response."
    if not unknown[0]:
        return (
            f"Of {missing.sum()} patients without a recorded response none is known to have died."
        )
    beside = (
        f"; of the others {known[0]} died, {known[1]} of them by then"
        if known[0]
        else "; of the others nobody is known to have died"
    )
    return (
        f"Of {missing.sum()} patients with a survival time and no recorded response {unknown[0]} "
        f"died, {unknown[1]} of them by month {early}{beside}."
    )


def survival_page(found, horizon: float, at: float) -> pd.DataFrame:
    """Return each response's shares alive, naive and from the landmark, as texts."""
    rows = [
        (s.response, str(s.n), _share(s.from_diagnosis), str(s.at_landmark),
         _share(s.given_landmark), _share(s.after_landmark))
        for s in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Response", "patients", f"alive at {horizon:g} months from diagnosis, %",
        f"at risk at month {at:g}", f"of these, alive at {horizon:g} months, %",
        f"alive {horizon:g} months after month {at:g}, %",
    ])  # fmt: skip


def unrecorded_page(by_rule: dict, horizon: float) -> pd.DataFrame:
    """Return the naive shares under each rule for unrecorded responses, as texts.

    Parameters
    ----------
    by_rule : dict of str to tuple of ResponseSurvival
    horizon : float
    """
    rows = []
    for rule, found in by_rule.items():
        shares = {s.response: s for s in found}
        rows.append((
            rule if rule == "left out" else f"counted as {rule}",
            *(_share(shares[r].from_diagnosis) if r in shares else "–" for r in RESPONSES),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Response not recorded", *(f"{r}: alive at {horizon:g} months, %" for r in RESPONSES),
    ])  # fmt: skip


def contrasts_page(found, response: str) -> pd.DataFrame:
    """Return a response's hazard ratios by landmark, unadjusted and adjusted, as texts."""
    mine = [c for c in found if c.response == response]
    rows = []
    for at in dict.fromkeys(c.landmark for c in mine):
        by = {c.adjustment: c for c in mine if c.landmark == at}
        whole, adjusted = by[ADJUSTMENTS[0]], by[ADJUSTMENTS[2]]
        rows.append((
            "diagnosis" if at == 0 else f"month {at:g}", f"{whole.n} ({whole.deaths})",
            _effect(whole), _effect(by[ADJUSTMENTS[1]]), _effect(adjusted),
            "–" if adjusted.effect is None else bare_p(adjusted.effect.p),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Counted from", "patients (deaths)", "hazard ratio, all", "where the IPI is known",
        "adjusted for IPI", "P, adjusted",
    ])  # fmt: skip


def survival_reading(found, horizon: float, at: float) -> str:
    """Say what the landmark changes for the patients with a partial response."""
    shares = {s.response: s for s in found}
    if "partial" not in shares:
        return "No patient has a partial response."
    s = shares["partial"]
    if not np.isfinite([s.from_diagnosis.estimate, s.given_landmark.estimate]).all():
        return f"Patients with a partial response were not observed for {horizon:g} months."
    gone = s.n - s.at_landmark
    return (
        f"Of {s.n} patients with a partial response, {100 * s.from_diagnosis.estimate:.1f} % were "
        f"alive {horizon:g} months after diagnosis. {_people(gone)} had died or left "
        f"observation by month {at:g}. Of those still at risk then, "
        f"{100 * s.given_landmark.estimate:.1f} % were alive {horizon:g} months after diagnosis: "
        f"the naive share is {abs(s.bias):.1f} points "
        f"{'lower' if s.bias < 0 else 'higher'}."
    )


def contrasts_reading(found, at: float) -> str:
    """Say how the hazard ratios move between diagnosis and a landmark."""
    sentences = []
    for response, reference in CONTRASTS:
        mine = [c for c in found if (c.response, c.reference) == (response, reference)]
        pick = {
            c.landmark: c.effect
            for c in mine
            if c.adjustment == ADJUSTMENTS[0] and c.landmark in (0.0, float(at))
        }
        adjusted = next(
            (c.effect for c in mine if c.adjustment == ADJUSTMENTS[2] and c.landmark == at), None
        )
        naive, later = pick.get(0.0), pick.get(float(at))
        if naive is None or later is None:
            sentences.append(f"For {response} against {reference} there is no estimate.")
            continue
        text = (
            f"{response.capitalize()} against {reference}: the hazard ratio is "
            f"{naive.hazard_ratio:.2f} counted from diagnosis and {later.hazard_ratio:.2f} from "
            f"month {at:g}"
        )
        if adjusted is not None:
            text += (
                f"; adjusted for the IPI, {adjusted.hazard_ratio:.2f} "
                f"({adjusted.lower:.2f} to {adjusted.upper:.2f})"
            )
        sentences.append(f"{text}.")
    return " ".join(sentences)


def guarantee_page(by_rule: dict) -> pd.DataFrame:
    """Return what the simulated cohorts show under each rule, as texts.

    Parameters
    ----------
    by_rule : dict of str to GuaranteeTime
    """
    rows = [
        (f"died unassessed: {rule}", "1", f"{typical(g.naive):.2f}",
         f"{typical(g.landmark):.2f}", f"{100 * g.share_true:.0f}",
         f"{100 * g.share_naive:.0f}")
        for rule, g in by_rule.items()
    ]  # fmt: skip
    months = next(iter(by_rule.values()))
    return pd.DataFrame(rows, columns=[
        "Rule", "true hazard ratio", "found from diagnosis",
        f"found from month {months.assessed_at:g}",
        f"all patients alive at {months.horizon:g} months, %",
        "'responders' alive then, %",
    ])  # fmt: skip


def _people(n: int) -> str:
    return "Nobody" if n == 0 else "One" if n == 1 else str(n)


def _share(share) -> str:
    if np.isnan(share.estimate):
        return "–"
    limits = (share.lower, share.upper)
    if np.isnan(limits).any():
        return f"{100 * share.estimate:.1f}"
    return f"{100 * share.estimate:.1f} ({100 * share.lower:.1f} to {100 * share.upper:.1f})"


def _effect(contrast) -> str:
    e = contrast.effect
    return "–" if e is None else f"{e.hazard_ratio:.2f} ({e.lower:.2f} to {e.upper:.2f})"
