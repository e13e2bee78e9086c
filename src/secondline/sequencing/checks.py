"""Does the model give back printed numbers, and among them some it was not given?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from secondline.claims import get_claim
from secondline.sequencing.orders import BISPECIFIC_AFTER, CAR_T_SECOND, CAR_T_THIRD, build
from secondline.sequencing.sampler import simulate


def against_printed(known, values, *, n_patients: int, seed: int) -> pd.DataFrame:
    """Compare the model with printed survival.

    Parameters
    ----------
    known, values : dict
        From :func:`secondline.sequencing.quantities` and
        :func:`secondline.sequencing.base_case`.
    n_patients : int
        Virtual patients for each comparison.
    seed : int

    Returns
    -------
    DataFrame
        Columns what, unit, printed (text), given ("yes" where the model was fitted to
        it), model (number), and within ("yes", "no": between the smallest and the
        largest printed value, to the printed digit).
    """
    horizon, step = 60.0, 0.05
    times = np.arange(0, horizon + step / 2, step)

    def sample(order):
        model = build(order, known, values)
        return simulate(model, n_patients, seed=seed, horizon=horizon, times=times)

    def median(share):
        below = np.flatnonzero(share < 0.5)
        return float(times[below[0]]) if len(below) else float("nan")

    def free_of_failure(result, treatment):
        return result.share(f"{treatment}: before scan", f"{treatment}: response")

    second = sample([CAR_T_SECOND, BISPECIFIC_AFTER])
    third = sample([CAR_T_THIRD, BISPECIFIC_AFTER])
    antibody = sample([BISPECIFIC_AFTER])
    # survival from the failure of CAR-T on: those who fail start anew
    failed = simulate(
        _after_failure(known, values), n_patients, seed=seed, horizon=horizon, times=times
    )

    def claim_values(*ids):
        return [get_claim(name).value for name in ids]

    post = get_claim("bsab-intro-post-cart-os")
    at = {months: int(np.flatnonzero(np.isclose(times, months))[0]) for months in (24.0, 48.0)}
    rows = [
        ("Median event-free survival, second-line CAR-T", "months", "yes",
         claim_values("tme-intro-median-efs-axi"), median(free_of_failure(second, CAR_T_SECOND))),
        ("Event-free at 24 months, second-line CAR-T", "%", "yes",
         claim_values("tme-intro-efs-24m-axi"),
         100 * free_of_failure(second, CAR_T_SECOND)[at[24.0]]),
        ("Median progression-free survival, bispecific after CAR-T", "months", "no",
         claim_values(*(f"bsab-t1-{n}-pfs" for n in ("nct04703686", "nct02290951", "nct02500407"))),
         median(free_of_failure(antibody, BISPECIFIC_AFTER))),
        ("Median overall survival, bispecific after CAR-T", "months", "no",
         claim_values("bsab-t1-nct02290951-os", "bsab-t1-nct04703686-os"),
         median(antibody.share(*antibody.alive))),
        ("Median overall survival after relapse from CAR-T", "months", "no",
         [post.lower, post.upper], median(failed.share(*failed.alive))),
        ("Alive at 4 years, third-line CAR-T", "%", "no",
         claim_values("bsab-intro-zuma1-os"), 100 * third.share(*third.alive)[at[48.0]]),
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "what": what,
            "unit": unit,
            "printed": " / ".join(v.removesuffix("m") for v in printed),
            "given": given,
            "model": model,
            "within": _within(printed, model),
        }
        for what, unit, given, printed, model in rows
    )


def _after_failure(known, values):
    model = build([CAR_T_SECOND, BISPECIFIC_AFTER], known, values)
    return replace(model, start=f"{CAR_T_SECOND}: failed")


def _within(printed, model) -> str:
    numbers = [float(v.removesuffix("m")) for v in printed]
    # half a unit of the last printed digit either side
    digits = max(len(v.partition(".")[2]) for v in printed)
    half = 0.5 * 10.0**-digits
    return "yes" if min(numbers) - half <= model <= max(numbers) + half else "no"
