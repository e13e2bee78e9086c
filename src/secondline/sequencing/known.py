"""Every number of the three orders of treatment: its value, its uncertainty, its source."""

import numpy as np

from secondline.errors import InputError
from secondline.proportions.contrasts import pool_contrasts
from secondline.proportions.paired import paired_cohorts
from secondline.sequencing.calibration import calibrate_relapse, durable_share
from secondline.sequencing.quantities import (
    Quantity,
    between,
    evenly,
    from_counts,
    from_log,
    from_pool,
    number,
)

LANDMARK = 24.0  # months, of the printed event-free shares
NO_RESPONSE = 1.5  # months, base value
OTHER_DEATHS = 0.02 / 12  # a month, base value
TRIALS = ("juliet", "transcend", "zuma1")  # third-line CAR-T


def quantities(
    pooled,
    *,
    odds_ratio: tuple[float, float],
    odds_ratio_source: str,
    odds_ratio_spread: str = "sampling",
    pool_source: str,
    new_trial: bool = False,
    retained: tuple[float, float] = (0.2, 1.0),
    durable: tuple[float, float, float] = (0.0, 0.2, 0.4),
    durable_before: tuple[float, float, float] = (0.0, 0.2, 0.6),
    fit: tuple[float, float, float] = (0.6, 0.85, 1.0),
) -> dict[str, Quantity]:
    """Return every number of the three orders, with its uncertainty and its source.

    Parameters
    ----------
    pooled : PooledProportion
        Objective response to a bispecific antibody after CAR-T.
    odds_ratio : tuple of float
        Estimate and standard error of the log odds ratio of response, before CAR-T
        against after it.
    odds_ratio_source, odds_ratio_spread, pool_source : str
    new_trial : bool
        Take the response after CAR-T as that of a new trial, not as the average.
    retained : tuple of float
        Lowest and highest share of second-line CAR-T's response that is left after a
        bispecific antibody; all values between are taken as equally likely. The base
        case is :func:`third_line_share`, or the end of the range next to it.
    durable : tuple of float
        Lowest, likeliest and highest share of responders to a bispecific antibody
        after CAR-T who never relapse; below one half, since medians of their duration
        were reached.
    durable_before : tuple of float
        The same before CAR-T, where no duration is printed.
    fit : tuple of float
        The same for the share who are fit for their next treatment after a failure.

    Returns
    -------
    dict
        Name to :class:`Quantity`, in the order of the treatments.

    Raises
    ------
    InputError
        If the values of a range do not rise or leave it.
    """
    for name, (values, top) in {
        "retained": (retained, 1.0),
        "durable": (durable, 0.49),
        "durable_before": (durable_before, 1.0),
        "fit": (fit, 1.0),
    }.items():
        if not all(0 <= a <= b <= top for a, b in zip(values, values[1:], strict=False)):
            raise InputError(f"{name} is {values}; give rising numbers from 0 to {top:g}.")
    car_t, salvage = _responders("axi"), _responders("soc")
    car_t_relapse = _relapse("axi", car_t)
    salvage_relapse = _relapse("soc", salvage)
    third = sorted(number(f"bsab-discussion-{trial}-orr") / 100 for trial in TRIALS)
    lasting = float(np.median(_half_of_complete()))
    left = third_line_share()
    base_left = float(np.clip(left, *retained))
    lengths = sorted(
        number(f"bsab-t1-{nct}-dor") for nct in ("nct03625037", "nct02290951", "nct04703686")
    )
    shortest = float(
        np.median([number(f"bsab-t1-{nct}-dor", "lower")
                   for nct in ("nct03625037", "nct02290951", "nct04703686")])
    )  # fmt: skip
    published, recomputed, assumed, calibrated = "published", "recomputed", "assumed", "calibrated"
    sampling, trials, hand = "sampling", "spread of trials", "by hand"
    ratio, se = odds_ratio
    fitted = "ZUMA-7: the time that fits its median and its 24-month share"
    rows = [
        ("car_t_response", "Response to second-line CAR-T", car_t[0] / car_t[1],
         from_counts(*car_t), "share", recomputed, sampling,
         f"ZUMA-7 biomarker patients, {car_t[0]} of {car_t[1]}"),
        ("car_t_event_free", "Event-free at 24 months after second-line CAR-T",
         *_landmark("axi"), "share", published, sampling,
         "ZUMA-7; half of its patients taken as the arm"),
        ("car_t_relapse", "Median time to relapse after CAR-T, of those who relapse",
         car_t_relapse, between(0.6 * car_t_relapse, car_t_relapse, 1.6 * car_t_relapse),
         "months", calibrated, hand, fitted),
        ("salvage_response", "Response to salvage chemotherapy", salvage[0] / salvage[1],
         from_counts(*salvage), "share", recomputed, sampling,
         f"ZUMA-7 biomarker patients, {salvage[0]} of {salvage[1]}"),
        ("salvage_event_free", "Event-free at 24 months, salvage first",
         *_landmark("soc"), "share", published, sampling,
         "ZUMA-7; half of its patients taken as the arm"),
        ("salvage_relapse", "Median time to relapse after salvage, of those who relapse",
         salvage_relapse, between(0.6 * salvage_relapse, salvage_relapse, 1.6 * salvage_relapse),
         "months", calibrated, hand, fitted),
        ("third_line_response", "Response to third-line CAR-T", third[1],
         between(*third), "share", published, trials,
         "JULIET, TRANSCEND and ZUMA-1, printed without counts"),
        ("third_line_durable", "Responders to third-line CAR-T who never relapse",
         lasting, between(0.25, lasting, 0.5), "share", assumed, hand,
         "half of complete responders, as printed, and no partial responder"),
        ("retained", "CAR-T's response that is left after a bispecific antibody",
         base_left, evenly(*retained), "share", assumed, hand,
         "no data; base as third line against second line" if base_left == left
         else "no data; base at the end of the range, third line lies beyond it"),
        ("bispecific_response", "Response to an antibody after CAR-T", pooled.estimate,
         from_pool(pooled, new_trial=new_trial), "share", recomputed, sampling, pool_source),
        ("before_odds_ratio", "Odds of response to an antibody before CAR-T against after it",
         float(np.exp(ratio)), from_log(ratio, se), "ratio", assumed, odds_ratio_spread,
         odds_ratio_source),
        ("bispecific_duration", "Median duration of response to an antibody after CAR-T",
         lengths[1], between(shortest, lengths[1], 2 * lengths[1]), "months", published, hand,
         "three reached medians after CAR-T; their upper limits were not reached"),
        ("bispecific_durable", "Responders to an antibody after CAR-T who never relapse",
         durable[1], between(*durable), "share", assumed, hand, "no source gives it"),
        ("before_durable", "Responders to an antibody before CAR-T who never relapse",
         durable_before[1], between(*durable_before), "share", assumed, hand,
         "no source gives it, nor any duration before CAR-T"),
        ("no_response", "Median time to failure without response", NO_RESPONSE,
         between(0.5, NO_RESPONSE, 2.5), "months", assumed, hand, "about the time of a first scan"),
        ("fit", "Fit for the next treatment after a failure", fit[1],
         between(*fit), "share", assumed, hand, "no source gives it"),
        ("wait_car_t", "Median wait for CAR-T after a failure", 1.5,
         between(0.75, 1.5, 3.0), "months", assumed, hand, "weeks or months, as one source says"),
        ("wait_bispecific", "Median wait for an antibody after a failure", 0.5,
         between(0.25, 0.5, 1.5), "months", assumed, hand, "no source gives it"),
        ("untreated", "Median survival after a failure, untreated", 3.0,
         between(1.5, 3.0, 5.0), "months", assumed, hand,
         "below what is printed for all who relapse after CAR-T"),
        ("other_deaths", "Deaths from other causes", OTHER_DEATHS,
         between(OTHER_DEATHS / 4, OTHER_DEATHS, 2 * OTHER_DEATHS), "per month", assumed, hand,
         "no source gives it"),
    ]  # fmt: skip
    return {row[0]: Quantity(*row) for row in rows}


def third_line_share() -> float:
    """Return third-line CAR-T's lasting responses as a share of second-line CAR-T's.

    The middle of three printed third-line response rates, times the share of complete
    responders among responders, half of whom relapse; over the response and lasting
    share that ZUMA-7's numbers give for the second line.
    """
    response = _responders("axi")
    share = response[0] / response[1]
    lasting = durable_share(
        share, _landmark("axi")[0], _relapse("axi", response), NO_RESPONSE, OTHER_DEATHS,
        landmark=LANDMARK,
    )  # fmt: skip
    third = np.median([number(f"bsab-discussion-{trial}-orr") / 100 for trial in TRIALS])
    return float(third * np.median(_half_of_complete()) / (share * lasting))


def odds_before_after(trials) -> dict:
    """Return what trials with both cohorts say of the antibody before CAR-T against after it.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.

    Returns
    -------
    dict
        odds_ratio, its source and spread, as :func:`quantities` takes them: the pooled
        log odds ratio (DerSimonian-Laird) and its standard error. Without such a
        trial, no difference is assumed, with a standard error of 0.5.
    """
    paired = paired_cohorts(trials, "ORR")
    if len(paired) == 0:
        return {
            "odds_ratio": (0.0, 0.5),
            "odds_ratio_source": "no trial has cohorts with and without prior CAR-T",
            "odds_ratio_spread": "by hand",
        }
    pooled = pool_contrasts(
        paired["events_naive"], paired["totals_naive"],
        paired["events_exposed"], paired["totals_exposed"], measure="OR",
    )  # fmt: skip
    where = "1 trial" if len(paired) == 1 else f"{len(paired)} trials"
    return {
        "odds_ratio": (pooled.effect, pooled.se),
        "odds_ratio_source": f"within {where} with both cohorts, assumed to carry over",
    }


def base_case(known: dict[str, Quantity], **changed: float) -> dict[str, float]:
    """Return the base value of every quantity, with some changed.

    Raises
    ------
    InputError
        If a changed name is no quantity.
    """
    for name in changed:
        if name not in known:
            raise InputError(f"There is no quantity {name!r}; there are {', '.join(known)}.")
    return {name: quantity.value for name, quantity in known.items()} | changed


def draw(known: dict[str, Quantity], n_draws: int, *, seed: int) -> dict[str, np.ndarray]:
    """Draw every quantity from its uncertainty, independently of the others.

    Returns
    -------
    dict
        Name to ndarray, shape (n_draws,).
    """
    shares = np.random.default_rng(seed).random((len(known), n_draws))
    return {
        name: np.asarray(quantity.quantile(share), dtype=float)
        for (name, quantity), share in zip(known.items(), shares, strict=True)
    }


def _responders(arm: str) -> tuple[int, int]:
    """Return responders and patients of one arm of ZUMA-7's biomarker study."""
    ongoing, relapsed, none = (
        int(number(f"tme-ed2-b-{arm}-{group}-n"))
        for group in ("ongoing", "relapsed", "no-response")
    )
    return ongoing + relapsed, ongoing + relapsed + none


def _landmark(arm: str):
    """Return the printed event-free share and its uncertainty."""
    share = number(f"tme-intro-efs-24m-{arm}") / 100
    # arm sizes are not printed in the four sources; the trial randomised one to one
    patients = number("guide-randomised-n") / 2
    return share, from_counts(share * patients, patients)


def _relapse(arm: str, responders) -> float:
    return calibrate_relapse(
        responders[0] / responders[1], _landmark(arm)[0], NO_RESPONSE, OTHER_DEATHS,
        median=number(f"tme-intro-median-efs-{arm}"), landmark=LANDMARK,
    )  # fmt: skip


def _half_of_complete() -> list[float]:
    return [
        0.5 * number(f"bsab-discussion-{trial}-cr") / number(f"bsab-discussion-{trial}-orr")
        for trial in TRIALS
    ]
