"""The designs that a plan compares, run with one seed, and their tables."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from secondline.checks import check_share, whole_number
from secondline.trials.design import Design
from secondline.trials.group_sequential import GroupSequential
from secondline.trials.operating import (
    OperatingCharacteristics,
    operating_characteristics,
    share_interval,
)
from secondline.trials.planning import (
    expected_events,
    sample_size,
    schoenfeld_events,
    schoenfeld_power,
)
from secondline.trials.scenarios import EFFECTS, design_with_effect
from secondline.trials.sequential import Boundaries, boundaries


@dataclass(frozen=True, eq=False)
class Curve:
    """Results along one setting of a design.

    Attributes
    ----------
    values : tuple of float
        Of the setting.
    results : tuple of OperatingCharacteristics
    formula : tuple of float
        Schoenfeld's power at the events found; empty where it has no meaning.
    """

    values: tuple[float, ...]
    results: tuple[OperatingCharacteristics, ...] = field(repr=False)
    formula: tuple[float, ...] = ()


def true_curves(design, *, points: int = 241) -> dict:
    """Return months up to the design's end and the true share free of failure in each arm."""
    months = np.linspace(0, max(design.end, 1e-6), points)
    return {
        "months": months,
        "control": design.control.curve.survival(months),
        "experimental": design.experimental.curve.survival(months),
    }


def by_effect(settings: dict, n_trials: int, seed: int, **run) -> dict:
    """Run a design under each effect.

    Parameters
    ----------
    settings : dict
        Of :func:`secondline.trials.design_with_effect`, but its effect.
    n_trials, seed, **run
        As for :func:`secondline.trials.operating_characteristics`.

    Returns
    -------
    dict of str to OperatingCharacteristics
    """
    return {
        effect: operating_characteristics(
            design_with_effect(effect, **settings), n_trials, seed, **run
        )
        for effect in EFFECTS
    }


def along_n(design, sizes, n_trials: int, seed: int, *, hazard_ratio: float, **run) -> Curve:
    """Run one design with several numbers of patients, beside the formula."""
    results = _each([replace(design, n=int(n)) for n in sizes], n_trials, seed, **run)
    share = design.experimental_share
    formula = tuple(
        schoenfeld_power(r.mean["events"], hazard_ratio, alpha=r.alpha, share=share)
        for r in results
    )
    return Curve(tuple(sizes), results, formula)


def along_crossover(effect: str, settings: dict, shares, n_trials: int, seed: int, **run) -> Curve:
    """Run one design's overall survival with several shares of crossover."""
    own = {k: v for k, v in settings.items() if k not in {"crossover", "endpoint"}}
    designs = [
        design_with_effect(effect, **own, crossover=share, endpoint="OS") for share in shares
    ]
    return Curve(tuple(shares), _each(designs, n_trials, seed, **run))


def _each(designs, n_trials, seed, **run):
    run = {"tests": ("log-rank",)} | run
    return tuple(operating_characteristics(d, n_trials, seed, **run) for d in designs)


def variants(effect: str, settings: dict, n_trials: int, seed: int, **run) -> dict:
    """Run the design as set, and others that differ in one thing each.

    Parameters
    ----------
    effect, settings
        As for :func:`along_crossover`.
    n_trials, seed, **run
        As for :func:`secondline.trials.operating_characteristics`.

    Returns
    -------
    dict of str to OperatingCharacteristics
        What differs, and the log-rank test of that design.
    """
    changes = {
        "as set": {},
        "half the follow-up": {"follow_up_months": settings["follow_up_months"] / 2},
        "twice the follow-up": {"follow_up_months": settings["follow_up_months"] * 2},
        "accrual half as long": {"accrual_months": settings["accrual_months"] / 2},
        "scans every 4 weeks": {"scan_weeks": 4.0},
        "scans every 12 weeks": {"scan_weeks": 12.0},
        "failures known at once": {"scan_weeks": 0.0},
    }
    designs = [design_with_effect(effect, **(settings | new)) for new in changes.values()]
    return dict(zip(changes, _each(designs, n_trials, seed, **run), strict=True))


def variants_page(results: dict) -> pd.DataFrame:
    """Return a table of designs that differ in one thing each."""
    return pd.DataFrame([
        {
            "Design": name,
            "Months": f"{result.months:.1f}",
            "Events": f"{result.mean['events']:.0f}",
            "Average HR": f"{result.hazard_ratio:.2f}",
            "Power, log-rank (%)": percent(result, "log-rank"),
        }
        for name, result in results.items()
    ])  # fmt: skip


def percent(result: OperatingCharacteristics, test: str) -> str:
    """Write a share of trials in percent with its 95 % limits of simulation."""
    share = result.power(test)
    low, high = share_interval(share, result.trials)
    return f"{100 * share:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def planning_page(result: OperatingCharacteristics, hazard_ratio: float) -> pd.DataFrame:
    """Return formula and simulation side by side."""
    design, alpha = result.design, result.alpha
    share = design.experimental_share
    by_curves = expected_events(design)
    found = result.mean["events"]

    def formula(events):
        if hazard_ratio == 1:
            return "–"
        power = schoenfeld_power(events, hazard_ratio, alpha=alpha, share=share)
        return f"{100 * power:.1f}"

    return pd.DataFrame([
        {"Way": "formula, events from the true curves", "Events": f"{by_curves:.0f}",
         "Power (%)": formula(by_curves)},
        {"Way": "formula, events as simulated", "Events": f"{found:.0f}",
         "Power (%)": formula(found)},
        {"Way": f"simulation, {result.trials:,} virtual trials", "Events": f"{found:.0f}",
         "Power (%)": percent(result, "log-rank")},
    ])  # fmt: skip


def sample_size_page(
    design: Design, hazard_ratio: float, *, alpha: float, powers=(0.8, 0.9, 0.95)
) -> pd.DataFrame:
    """Return events and patients that the formula asks for, one row for each power."""
    share = design.experimental_share
    rows = []
    for power in powers:
        events = patients = "–"
        if hazard_ratio != 1:
            needed = schoenfeld_events(hazard_ratio, power=power, alpha=alpha, share=share)
            events = f"{np.ceil(needed):,.0f}"
            patients = f"{sample_size(design, hazard_ratio, power=power, alpha=alpha):,}"
        rows.append({"Power wanted (%)": f"{100 * power:g}", "Events": events,
                     "Patients": patients})  # fmt: skip
    return pd.DataFrame(rows)


def effects_page(results: dict) -> pd.DataFrame:
    """Return what each test finds and the average effect, one column for each truth."""
    tests = next(iter(results.values())).tests
    names = [*tests, "log-rank, wrong way", "hazard ratio", "RMST gain, months"]
    page = {"Test or average": names}
    for effect, result in results.items():
        wrong = result.wrong_way[result.tests.index("log-rank")]
        shares = [*(result.power(test) for test in tests), wrong]
        page[effect] = [
            *(f"{100 * share:.0f}" for share in shares),
            f"{result.hazard_ratio:.2f}",
            f"{result.mean['rmst_difference']:.1f}".replace("-", "−"),
        ]
    return pd.DataFrame(page)


def look_fractions(looks: int) -> tuple[float, ...]:
    """Return evenly spaced shares of the information: (1/looks, ..., 1)."""
    looks = whole_number("looks", looks, 1)
    return tuple(look / looks for look in range(1, looks + 1))


def boundary_page(plans: dict[str, Boundaries]) -> pd.DataFrame:
    """Return the P value that each look needs, one column for each plan."""
    first = next(iter(plans.values()))
    frame = pd.DataFrame({"Look": range(1, len(first.z) + 1)})
    frame["Share of events"] = [f"{100 * f:.0f} %" for f in first.fractions]
    for name, plan in plans.items():
        frame[name] = [p_text(p) for p in plan.p]
    return frame


def p_text(p: float) -> str:
    """Write the P value that a look needs."""
    return f"{p:.4f}" if p >= 5e-5 else "<0.0001"


def peeking(most: int, *, alpha: float) -> np.ndarray:
    """Return the type I error of testing at `alpha` at each of 1 to `most` looks, shape (most,)."""
    most = whole_number("most", most, 1)
    return np.array([
        boundaries(look_fractions(looks), alpha=alpha, spending="none").spent[-1]
        for looks in range(1, most + 1)
    ])  # fmt: skip


def stops_page(result: GroupSequential) -> pd.DataFrame:
    """Return one row for each way to end: how often, when, with how many, and what is found."""
    ways = {f"stops at look {look}": result.stopped(look) for look in range(1, result.looks)}
    ways["rejects at the last look"] = result.stopped(result.looks)
    ways["never rejects"] = ~result.rejected
    ways["all"] = np.ones(len(result.look), dtype=bool)
    rows = []
    for name, which in ways.items():
        row = {"Trials that": name, "%": f"{100 * which.mean():.1f}"}
        some = which & np.isfinite(result.hazard_ratio)
        row |= {
            "Mean HR": f"{geometric_mean(result.hazard_ratio[some]):.2f}",
            "Months": f"{result.months[some].mean():.1f}",
            "Events": f"{result.events[some].mean():.0f}",
            "Entered": f"{result.entered[some].mean():.0f}",
        } if some.any() else dict.fromkeys(
            ("Mean HR", "Months", "Events", "Entered"), "–"
        )  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def geometric_mean(ratios) -> float:
    """Return the geometric mean of the finite ratios above 0; NaN if there is none."""
    ratios = np.asarray(ratios, dtype=float)
    ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    return float(np.exp(np.log(ratios).mean())) if len(ratios) else float("nan")


def crossover_page(curve: Curve) -> pd.DataFrame:
    """Return overall survival by share of crossover."""
    return pd.DataFrame([
        {
            "Crossover": f"{100 * share:.0f} %",
            "Deaths": f"{result.mean['events']:.0f}",
            "Average HR of death": f"{result.hazard_ratio:.2f}",
            "Power, log-rank (%)": percent(result, "log-rank"),
        }
        for share, result in zip(curve.values, curve.results, strict=True)
    ])  # fmt: skip


def believed(power: float, alpha: float, before: float) -> float:
    """Return the share of significant results, in the right direction, that are true.

    Parameters
    ----------
    power : float
        Chance of such a result where the treatment works.
    alpha : float
        Two-sided level; half of it is in the right direction by chance alone.
    before : float
        Share of tested treatments that work.

    Raises
    ------
    InputError
        If a number is not a share.
    """
    check_share(power=power, alpha=alpha, before=before)
    true, false = power * before, alpha / 2 * (1 - before)
    return true / (true + false) if true + false > 0 else float("nan")
