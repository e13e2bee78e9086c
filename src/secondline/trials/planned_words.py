"""Sentences about a plan, written from its results."""

from secondline.trials.group_sequential import GroupSequential
from secondline.trials.operating import OperatingCharacteristics, share_interval
from secondline.trials.planned import Curve, geometric_mean, p_text
from secondline.trials.planning import schoenfeld_power
from secondline.trials.sequential import Boundaries


def formula_reading(result: OperatingCharacteristics, effect: str, hazard_ratio: float) -> str:
    """Say whether formula and simulation agree, and why or why not."""
    found = result.power("log-rank")
    if effect == "none" or hazard_ratio == 1:
        return (
            f"No effect is simulated: the {100 * found:.1f} % that reject are errors, and "
            f"{100 * result.alpha:g} % are allowed. A formula for the power has nothing to say "
            "of a trial of like arms."
        )
    promised = schoenfeld_power(
        result.mean["events"], hazard_ratio, alpha=result.alpha,
        share=result.design.experimental_share,
    )  # fmt: skip
    low, high = share_interval(found, result.trials)
    close = low - 0.02 <= promised <= high + 0.02
    verdict = (
        "They agree within two points beyond the noise of simulation." if close
        else "They are further apart than two points beyond the noise of simulation."
    )  # fmt: skip
    reasons = {
        "proportional": "The hazard ratio is the same at all times, as the formula supposes.",
        "ZUMA-7": (
            f"The formula was given a ratio of {hazard_ratio:g}; under this truth the trials find "
            f"{result.hazard_ratio:.2f} on average, and none holds at all times."
        ),
    }
    reason = reasons.get(
        effect,
        f"The ratio of {hazard_ratio:g} holds for a part of the time only; the trials find "
        f"{result.hazard_ratio:.2f} on average.",
    )
    return (
        f"The formula promises {100 * promised:.0f} % with the events as simulated; "
        f"{100 * found:.0f} % of the virtual trials reject ({100 * low:.0f} to {100 * high:.0f}). "
        f"{verdict} {reason}"
    )


def tests_reading(results: dict) -> str:
    """Say which tests reject most and least often under each truth."""
    parts = []
    for effect, result in results.items():
        if effect == "none":
            continue
        power = {test: result.power(test) for test in result.tests}
        most, least = max(power.values()), min(power.values())
        if least > 0.99:
            parts.append(f"Under {effect!r} every test rejects nearly always.")
            continue
        best, worst = (
            ", ".join(test for test, share in power.items() if share == end)
            for end in (most, least)
        )
        parts.append(
            f"Under {effect!r} the highest share of rejections is {100 * most:.0f} % ({best}), the "
            f"lowest {100 * least:.0f} % ({worst})."
        )
    return " ".join(parts)


def stop_reading(result: GroupSequential, truth: OperatingCharacteristics) -> str:
    """Say what trials that stop early find, beside trials that go on to the end."""
    full = truth.hazard_ratio
    if not result.early.any():
        return (
            "With these settings no virtual trial stops early with a rejection. Trials without an "
            f"interim look find a hazard ratio of {full:.2f} on average."
        )
    early = geometric_mean(result.hazard_ratio[result.early])
    share = 100 * result.early.mean()
    return (
        f"{share:.0f} % of the virtual trials stop early with a rejection. They print a hazard "
        f"ratio of {early:.2f} on average. Trials of the same truth without an interim look "
        f"find {full:.2f}."
    )


def crossover_reading(curve: Curve) -> str:
    """Say how hazard ratio of death and power change from none to all crossing over."""
    first, last = curve.results[0], curve.results[-1]
    return (
        f"Without crossover the average hazard ratio of death is {first.hazard_ratio:.2f}, and "
        f"{100 * first.power('log-rank'):.0f} % of the trials reject. If "
        "all failures in the control arm were followed by CAR-T cells, it would be "
        f"{last.hazard_ratio:.2f}, and "
        f"{100 * last.power('log-rank'):.0f} % would reject, "
        f"{100 * last.wrong_way[0]:.0f} % with the control arm ahead. What happens before failure "
        "is the same throughout."
    )


def report(
    result: OperatingCharacteristics,
    effect: str,
    hazard_ratio: float,
    plan: Boundaries,
    *,
    seed: int,
) -> str:
    """Return a paragraph on the design and its operating characteristics.

    Parameters
    ----------
    result : OperatingCharacteristics
    effect, hazard_ratio
        As they were given to :func:`secondline.trials.design_with_effect`.
    plan : Boundaries
        Of the looks.
    seed : int
        Of `result`.
    """
    design = result.design
    what = {
        "ZUMA-7": "the curves fitted to ZUMA-7's printed event-free survival",
        "none": "no difference between the arms",
        "proportional": f"a constant hazard ratio of {hazard_ratio:g}",
    }.get(effect, f"a {effect} effect with a hazard ratio of {hazard_ratio:g} after the change")
    shares = ", ".join(f"{100 * share:.0f} %" for share in plan.fractions)
    needed = ", ".join(p_text(p) for p in plan.p)
    way = "each at the full level" if plan.spending == "none" else f"{plan.spending}-type spending"
    rule = "one analysis" if len(plan.z) == 1 else (
        f"analyses at {shares} of the events, {way}, with P at most {needed}"
    )  # fmt: skip
    low, high = share_interval(result.power("log-rank"), result.trials)
    return (
        f"{design.n} patients, {design.n_experimental} of them in the experimental arm, enter over "
        f"{design.accrual_months:g} months and are followed for {design.follow_up_months:g} months "
        f"more. Under {what}, {result.mean['events']:.0f} events are expected. With a single "
        f"two-sided log-rank test at {result.alpha:g}, {100 * result.power('log-rank'):.0f} % of "
        f"{result.trials:,} virtual trials (seed {seed}) reject (95 % limits of the simulation "
        f"{100 * low:.0f} to {100 * high:.0f} %). Planned: {rule}."
    )
