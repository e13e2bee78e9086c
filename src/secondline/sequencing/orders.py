"""Three orders of treatment after first line, and what is known of each step.

The states of one treatment: before its first scan, in response, and failed. From
"failed" a patient goes on to the next treatment or dies.
"""

from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError, one_of
from secondline.proportions.contrasts import pool_contrasts
from secondline.proportions.paired import paired_cohorts
from secondline.sequencing.calibration import FIRST_SCAN, calibrate_relapse, durable_share
from secondline.sequencing.model import DEAD, KINDS, SequenceModel, Time, Transition
from secondline.sequencing.quantities import (
    Quantity,
    between,
    evenly,
    from_counts,
    from_log,
    from_pool,
    number,
)

CAR_T_SECOND = "CAR-T, second line"
CAR_T_THIRD = "CAR-T, third line"
CAR_T_AFTER = "CAR-T, after bispecific"
BISPECIFIC_AFTER = "bispecific, after CAR-T"
BISPECIFIC_BEFORE = "bispecific, before CAR-T"
SALVAGE = "salvage"
ORDERS = {
    "CAR-T first": (CAR_T_SECOND, BISPECIFIC_AFTER),
    "bispecific first": (BISPECIFIC_BEFORE, CAR_T_AFTER),
    "salvage first": (SALVAGE, CAR_T_THIRD, BISPECIFIC_AFTER),
}
LANDMARK = 24.0  # months, of the printed event-free shares
NO_RESPONSE = 1.5  # months, base value
OTHER_DEATHS = 0.02 / 12  # a month, base value


def quantities(
    pooled,
    *,
    odds_ratio: tuple[float, float],
    odds_ratio_kind: str = "recomputed",
    odds_ratio_source: str,
    pool_source: str,
    new_trial: bool = False,
    retained: tuple[float, float] = (0.2, 1.0),
    durable: tuple[float, float, float] = (0.0, 0.2, 0.4),
    goes_on: tuple[float, float, float] = (0.4, 0.7, 0.95),
) -> dict[str, Quantity]:
    """Return every number of the three orders, with its uncertainty and its source.

    Parameters
    ----------
    pooled : PooledProportion
        Objective response to a bispecific antibody after CAR-T.
    odds_ratio : tuple of float
        Estimate and standard error of the log odds ratio of response, before CAR-T
        against after it.
    odds_ratio_kind, odds_ratio_source, pool_source : str
    new_trial : bool
        Take the response after CAR-T as that of a new trial, not as the average.
    retained : tuple of float
        Lowest and highest share of second-line CAR-T's response that is left after a
        bispecific antibody; all values between are taken as equally likely. The base
        case takes what third-line CAR-T had of second-line CAR-T's lasting responses.
    durable : tuple of float
        Lowest, likeliest and highest share of responders to a bispecific antibody
        who never relapse.
    goes_on : tuple of float
        The same for the share who reach their next treatment after a failure.

    Returns
    -------
    dict
        Name to :class:`Quantity`, in the order of the treatments.

    Raises
    ------
    InputError
        If three values do not rise or leave their range.
    """
    for name, (values, top) in {
        "retained": (retained, 1.0),
        "durable": (durable, 0.49),
        "goes_on": (goes_on, 1.0),
    }.items():
        if not all(0 <= a <= b <= top for a, b in zip(values, values[1:], strict=False)):
            raise InputError(f"{name} is {values}; give rising numbers from 0 to {top:g}.")
    ongoing, relapsed, none = (
        int(number(f"tme-ed2-b-axi-{group}-n")) for group in ("ongoing", "relapsed", "no-response")
    )
    car_t = (ongoing + relapsed, ongoing + relapsed + none)
    ongoing, relapsed, none = (
        int(number(f"tme-ed2-b-soc-{group}-n")) for group in ("ongoing", "relapsed", "no-response")
    )
    salvage = (ongoing + relapsed, ongoing + relapsed + none)
    # arm sizes are not printed in the four sources; the trial randomised one to one
    arm = number("guide-randomised-n") / 2

    def landmark(claim):
        share = number(claim) / 100
        return share, from_counts(share * arm, arm)

    efs_car_t, efs_car_t_quantile = landmark("tme-intro-efs-24m-axi")
    efs_salvage, efs_salvage_quantile = landmark("tme-intro-efs-24m-soc")
    relapse = calibrate_relapse(
        car_t[0] / car_t[1], efs_car_t, NO_RESPONSE, OTHER_DEATHS,
        median=number("tme-intro-median-efs-axi"), landmark=LANDMARK,
    )  # fmt: skip
    third = sorted(
        number(f"bsab-discussion-{trial}-orr") / 100 for trial in ("juliet", "transcend", "zuma1")
    )
    stays = [
        0.5 * number(f"bsab-discussion-{trial}-cr") / number(f"bsab-discussion-{trial}-orr")
        for trial in ("juliet", "transcend", "zuma1")
    ]
    lasting = durable_share(
        car_t[0] / car_t[1], efs_car_t, relapse, NO_RESPONSE, OTHER_DEATHS, landmark=LANDMARK
    )
    left = third[1] * float(np.median(stays)) / float(lasting * car_t[0] / car_t[1])
    lengths = sorted(
        number(f"bsab-t1-{nct}-dor") for nct in ("nct03625037", "nct02290951", "nct04703686")
    )
    published, recomputed, assumed = "published", "recomputed", "assumed"
    ratio, se = odds_ratio
    rows = [
        ("car_t_response", "Response to second-line CAR-T", car_t[0] / car_t[1],
         from_counts(*car_t), "share", recomputed,
         f"ZUMA-7 biomarker patients, {car_t[0]} of {car_t[1]}"),
        ("car_t_event_free", "Event-free at 24 months after second-line CAR-T", efs_car_t,
         efs_car_t_quantile, "share", published,
         "ZUMA-7; interval from half of its patients"),
        ("car_t_relapse", "Median time to relapse after CAR-T, of those who relapse", relapse,
         between(0.6 * relapse, relapse, 1.6 * relapse), "months", "calibrated",
         "ZUMA-7: the time that fits its median and its 24-month share"),
        ("salvage_response", "Response to salvage chemotherapy", salvage[0] / salvage[1],
         from_counts(*salvage), "share", recomputed,
         f"ZUMA-7 biomarker patients, {salvage[0]} of {salvage[1]}"),
        ("salvage_event_free", "Event-free at 24 months, salvage first", efs_salvage,
         efs_salvage_quantile, "share", published,
         "ZUMA-7; interval from half of its patients"),
        ("salvage_relapse", "Median time to relapse after salvage, of those who relapse", 6.0,
         between(3.0, 6.0, 12.0), "months", assumed, "no source gives it"),
        ("third_line_response", "Response to third-line CAR-T", third[1],
         between(*third), "share", published, "JULIET, TRANSCEND and ZUMA-1, no counts printed"),
        ("third_line_durable", "Responders to third-line CAR-T who never relapse",
         float(np.median(stays)), between(0.25, float(np.median(stays)), 0.5), "share", assumed,
         "complete responders' share, half of whom relapse, as printed"),
        ("retained", "CAR-T's response that is left after a bispecific antibody",
         float(np.clip(left, *retained)), evenly(*retained), "share", assumed,
         "no data; base as third-line against second-line CAR-T"),
        ("bispecific_response", "Response to a bispecific antibody after CAR-T", pooled.estimate,
         from_pool(pooled, new_trial=new_trial), "share", recomputed, pool_source),
        ("before_odds_ratio", "Odds of response before CAR-T against after it",
         float(np.exp(ratio)), from_log(ratio, se), "ratio", odds_ratio_kind, odds_ratio_source),
        ("bispecific_duration", "Median duration of response to a bispecific antibody",
         lengths[1], between(*lengths), "months", published,
         "Table 1 of Shen 2025, the three medians that were reached"),
        ("bispecific_durable", "Responders to a bispecific antibody who never relapse",
         durable[1], between(*durable), "share", assumed, "follow-up is too short to tell"),
        ("no_response", "Median time to progression without response", NO_RESPONSE,
         between(0.5, NO_RESPONSE, 2.5), "months", assumed,
         "half of ZUMA-7's control arm had an event within 2 months"),
        ("goes_on", "Share who reach the next treatment after a failure", goes_on[1],
         between(*goes_on), "share", assumed, "no source gives it"),
        ("wait_car_t", "Median wait for CAR-T after a failure", 1.5,
         between(0.75, 1.5, 3.0), "months", assumed, "weeks or months, as one source says"),
        ("wait_bispecific", "Median wait for a bispecific antibody after a failure", 0.5,
         between(0.25, 0.5, 1.5), "months", assumed, "no source gives it"),
        ("untreated", "Median survival after a failure without a next treatment", 3.0,
         between(1.5, 3.0, 5.0), "months", assumed,
         "below the 5 to 6 months printed for all who relapse after CAR-T"),
        ("other_deaths", "Deaths from other causes, a month", OTHER_DEATHS,
         between(OTHER_DEATHS / 4, OTHER_DEATHS, 2 * OTHER_DEATHS), "per month", assumed,
         "no source gives it"),
    ]  # fmt: skip
    return {row[0]: Quantity(*row) for row in rows}


def check_orders(first: str, second: str) -> None:
    """Check that two orders can be compared.

    Raises
    ------
    InputError
        If they are one and the same.
    """
    if first == second:
        raise InputError(f"first and second are both {first!r}; choose two of {one_of(ORDERS)}.")


def odds_before_after(trials) -> dict:
    """Return what trials with both cohorts say of the antibody before CAR-T against after it.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.

    Returns
    -------
    dict
        odds_ratio, odds_ratio_kind and odds_ratio_source, as :func:`quantities` takes
        them: the pooled log odds ratio (DerSimonian-Laird) and its standard error.
        Without such a trial, no difference is assumed, with a standard error of 0.5.
    """
    paired = paired_cohorts(trials, "ORR")
    if len(paired) == 0:
        return {
            "odds_ratio": (0.0, 0.5),
            "odds_ratio_kind": "assumed",
            "odds_ratio_source": "no trial has cohorts with and without prior CAR-T",
        }
    pooled = pool_contrasts(
        paired["events_naive"], paired["totals_naive"],
        paired["events_exposed"], paired["totals_exposed"], measure="OR",
    )  # fmt: skip
    where = "1 trial" if len(paired) == 1 else f"{len(paired)} trials"
    return {
        "odds_ratio": (pooled.effect, pooled.se),
        "odds_ratio_kind": "recomputed",
        "odds_ratio_source": f"within {where} with cohorts before and after CAR-T",
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


@dataclass(frozen=True, eq=False)
class Step:
    """One treatment's numbers, taken from the quantities."""

    response: tuple
    durable: tuple
    relapse: tuple
    wait: tuple


def build(order, known: dict[str, Quantity], values: dict) -> SequenceModel:
    """Return the model of one order of treatments.

    Parameters
    ----------
    order : str or sequence of str
        One of :data:`ORDERS`, or treatments in a row (the states that
        :data:`ORDERS` names).
    known : dict
        From :func:`quantities`; gives the sources.
    values : dict
        From :func:`base_case` or :func:`draw`.

    Returns
    -------
    SequenceModel

    Raises
    ------
    InputError
        If the order is unknown or its numbers contradict each other.
    """
    if isinstance(order, str):
        if order not in ORDERS:
            raise InputError(f"order is {order!r}; allowed: {one_of(ORDERS)}.")
        order = ORDERS[order]
    steps = _steps(known, values)
    unknown = [name for name in order if name not in steps]
    if unknown:
        raise InputError(f"There is no treatment {unknown[0]!r}; allowed: {one_of(steps)}.")

    def told(name):
        return known[name].kind, known[name].source

    transitions = []
    for i, name in enumerate(order):
        step = steps[name]
        response, durable, relapse = (
            np.asarray(v[0]) for v in (step.response, step.durable, step.relapse)
        )
        before, responding, failed = f"{name}: before scan", f"{name}: response", f"{name}: failed"
        transitions += [
            Transition(before, responding, response, Time(FIRST_SCAN, np.inf), *step.response[1:]),
            Transition(
                before, failed, 1 - response, Time(values["no_response"]), *told("no_response")
            ),
            Transition(
                responding,
                failed,
                1 - durable,
                Time(relapse),
                *_less_certain(step.durable[1:], step.relapse[1:]),
            ),
        ]
        dies = 1.0
        if i + 1 < len(order):
            after = steps[order[i + 1]]
            dies = 1 - np.asarray(values["goes_on"])
            transitions.append(
                Transition(
                    failed,
                    f"{order[i + 1]}: before scan",
                    values["goes_on"],
                    Time(after.wait[0]),
                    *_less_certain(told("goes_on"), after.wait[1:]),
                )
            )
        transitions.append(
            Transition(failed, DEAD, dies, Time(values["untreated"]), *told("untreated"))
        )
    return SequenceModel(f"{order[0]}: before scan", tuple(transitions), values["other_deaths"])


def responding(model: SequenceModel) -> tuple[str, ...]:
    """Return the states in which a patient is in response."""
    return tuple(state for state in model.states if state.endswith(": response"))


def _less_certain(first, second):
    """Return the less certain of two kinds, and both sources."""
    kind = next(k for k in reversed(KINDS) if k in (first[0], second[0]))
    return kind, "; ".join(dict.fromkeys((first[1], second[1])))


def _steps(known, values) -> dict[str, Step]:
    def of(name):
        return values[name], known[name].kind, known[name].source

    def lasting_share(arm):
        return durable_share(
            values[f"{arm}_response"], values[f"{arm}_event_free"], values[f"{arm}_relapse"],
            values["no_response"], values["other_deaths"], landmark=LANDMARK,
        )  # fmt: skip

    car_t_stays = (lasting_share("car_t"), "calibrated", known["car_t_event_free"].source)
    salvage_stays = (lasting_share("salvage"), "calibrated", known["salvage_event_free"].source)
    car_t_relapse = of("car_t_relapse")
    as_second = (values["car_t_relapse"], "assumed", "as after second-line CAR-T")
    odds = values["bispecific_response"] / (1 - np.minimum(values["bispecific_response"], 1 - 1e-9))
    odds = odds * values["before_odds_ratio"]
    stays = np.asarray(values["bispecific_durable"])
    lasting = of("bispecific_durable")
    relapse = np.asarray(values["bispecific_duration"]) / np.log2((1 - stays) / (0.5 - stays))
    relapse = (relapse, "calibrated", known["bispecific_duration"].source)
    before = (odds / (1 + odds), known["before_odds_ratio"].kind, known["before_odds_ratio"].source)
    after = (
        values["car_t_response"] * np.asarray(values["retained"]),
        "assumed",
        known["retained"].source,
    )
    third = of("third_line_durable")
    cells, antibody = of("wait_car_t"), of("wait_bispecific")
    return {
        CAR_T_SECOND: Step(of("car_t_response"), car_t_stays, car_t_relapse, cells),
        CAR_T_THIRD: Step(of("third_line_response"), third, as_second, cells),
        CAR_T_AFTER: Step(
            after, (car_t_stays[0], "assumed", "as after second-line CAR-T"), as_second, cells
        ),
        BISPECIFIC_AFTER: Step(of("bispecific_response"), lasting, relapse, antibody),
        BISPECIFIC_BEFORE: Step(before, lasting, relapse, antibody),
        SALVAGE: Step(
            of("salvage_response"),
            salvage_stays,
            of("salvage_relapse"),
            (0.0, "assumed", "starts at once"),
        ),
    }
