"""Does the model give back printed numbers, and among them some it was not given?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from secondline.claims import get_claim
from secondline.sequencing.orders import (
    BISPECIFIC_AFTER,
    CAR_T_SECOND,
    CAR_T_THIRD,
    SALVAGE,
    build,
)
from secondline.sequencing.sampler import simulate

HORIZON, STEP = 60.0, 0.05
PROGRESSION = {
    "after CAR-T monotherapy": ("nct04703686", "nct02290951", "nct02500407"),
    "after CAR-T combination": ("nct03671018", "nct04408638"),
}
SURVIVAL = {"after CAR-T monotherapy": ("nct02290951", "nct04703686")}


def against_printed(
    known, values, *, population: str, n_patients: int, seed: int, scheduler: str = ""
) -> pd.DataFrame:
    """Compare the model with printed survival.

    Parameters
    ----------
    known, values : dict
        From :func:`secondline.sequencing.quantities` and
        :func:`secondline.sequencing.base_case`.
    population : {"after CAR-T monotherapy", "after CAR-T combination"}
        Whose survival after an antibody is compared.
    n_patients : int
        Virtual patients for each comparison.
    seed : int
    scheduler : str
        As for :func:`secondline.sequencing.simulate`.

    Returns
    -------
    DataFrame
        Columns what, unit, printed (text), given ("yes": fitted to it; "in part": it
        shares a trial or a definition with what was given; "no"), model (number; NaN
        if not reached), and within ("yes" or "no": between the smallest and the
        largest printed value, give or take half a unit of the last printed digit and
        three standard errors of the sampling).
    """
    times = np.arange(0, HORIZON + STEP / 2, STEP)

    def sample(model):
        return simulate(
            model, n_patients, seed=seed, horizon=HORIZON, times=times, scheduler=scheduler
        )

    def free_of_failure(result, treatment):
        return result.share(f"{treatment}: before scan", f"{treatment}: response")

    second_model = build([CAR_T_SECOND, BISPECIFIC_AFTER], known, values)
    second = sample(second_model)
    # survival from the failure of CAR-T on: patients start there
    failed = sample(replace(second_model, start=f"{CAR_T_SECOND}: failed"))
    third = sample(build([CAR_T_THIRD, BISPECIFIC_AFTER], known, values))
    salvage = sample(build([SALVAGE], known, values))
    antibody = sample(build([BISPECIFIC_AFTER], known, values))
    alive, event_free = third.share(*third.alive), free_of_failure(second, CAR_T_SECOND)
    no_event = free_of_failure(salvage, SALVAGE)
    responders = antibody_responders(known, values, times)

    def printed(*names, field="value"):
        return [getattr(get_claim(name), field).removesuffix("m") for name in names]

    def after(column, trials):
        return printed(*(f"bsab-t1-{trial}-{column}" for trial in trials))

    long_term = get_claim("bsab-discussion-cart-os-range")
    post = get_claim("bsab-intro-post-cart-os")
    rows = [
        ("Median event-free survival, second-line CAR-T", None, "yes",
         printed("tme-intro-median-efs-axi"), event_free),
        ("Event-free at 24 months, second-line CAR-T", 24, "yes",
         printed("tme-intro-efs-24m-axi"), event_free),
        ("Median event-free survival, salvage first", None, "yes",
         printed("tme-intro-median-efs-soc"), no_event),
        ("Event-free at 24 months, salvage first", 24, "yes",
         printed("tme-intro-efs-24m-soc"), no_event),
        ("Median progression-free survival, bispecific after CAR-T", None, "in part",
         after("pfs", PROGRESSION[population]), free_of_failure(antibody, BISPECIFIC_AFTER)),
    ]  # fmt: skip
    if population in SURVIVAL:
        rows.append(
            ("Median overall survival, bispecific after CAR-T", None, "in part",
             after("os", SURVIVAL[population]), antibody.share(*antibody.alive))
        )  # fmt: skip
    rows += [
        ("Responders to a bispecific still in response at 1 year, one trial", 12, "no",
         printed("bsab-t1-nct02500407-dor"), responders),
        ("Median overall survival after relapse from CAR-T", None, "no",
         [post.lower, post.upper], failed.share(*failed.alive)),
        ("Alive at 4 years, third-line CAR-T, one trial", 48, "no",
         printed("bsab-intro-zuma1-os"), alive),
        ("Alive in the long term, third-line CAR-T, three trials (taken as 4 years)", 48, "no",
         [long_term.lower, long_term.upper], alive),
    ]  # fmt: skip
    return pd.DataFrame(
        _row(what, months, given, texts, times, share, n_patients)
        for what, months, given, texts, share in rows
    )


def antibody_responders(known, values, times) -> np.ndarray:
    """Return the share of responders to a bispecific who are still in response (exact)."""
    model = build([BISPECIFIC_AFTER], known, values)
    leaving = next(t for t in model.transitions if t.origin.endswith(": response"))
    gone = 1 - np.exp2(-np.asarray(times) / float(leaving.time.median))
    return 1 - float(leaving.probability) * gone


def _row(what, months, given, texts, times, share, n_patients):
    low, high = (f(float(v) for v in texts) for f in (min, max))
    half = 0.5 * 10.0 ** -max(len(v.partition(".")[2]) for v in texts)

    def at(when):
        return float(np.interp(when, times, share))

    def error(p):
        return 3 * np.sqrt(max(p * (1 - p), 0.0) / n_patients)

    if months is None:
        below = np.flatnonzero(share < 0.5)
        model = float(times[below[0]]) if len(below) else float("nan")
        # the median lies in a range if the curve crosses one half in it
        within = at(low - half) >= 0.5 - error(0.5) and at(high + half) <= 0.5 + error(0.5)
    else:
        model = 100 * at(months)
        slack = half + 100 * error(at(months))
        within = low - slack <= model <= high + slack
    return {
        "what": what,
        "unit": "months" if months is None else "%",
        "printed": " / ".join(texts),
        "given": given,
        "model": model,
        "within": "yes" if within else "no",
    }
