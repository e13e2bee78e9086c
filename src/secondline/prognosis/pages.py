"""Tables and sentences on prognosis by the response to first-line treatment."""

import pandas as pd

from secondline.checks import check_level
from secondline.claims import get_claim
from secondline.intervals import bare_p, counts_from_percentage, p_value, whole_number
from secondline.prognosis.groups import COHORTS, comparisons, group_counts, groups
from secondline.proportions import study_intervals

# trial or registry, arm, claim with the share, claim with the patients ("" where not printed)
PARTIAL_RESPONSES = (
    ("TRANSFORM", "liso-cel", "prr-transform-pr-liso", "", "best response to first line"),
    ("TRANSFORM", "SOC", "prr-transform-pr-soc", "", "best response to first line"),
    ("ALYCANTE", "axi-cel", "prr-alycante-pr", "prr-alycante-n", "best response to first line"),
    ("PILOT", "liso-cel", "prr-pilot-pr", "prr-pilot-n", "best response to first line"),
    ("DESCAR-T", "axi-cel", "prr-descart-pr", "", "status before infusion"),
)


def cohorts_page(level: float) -> pd.DataFrame:
    """Return the groups' sizes in both cohorts, with their shares of the refractory patients."""
    check_level(level)
    rows = []
    for cohort in COHORTS:
        counts = group_counts(cohort)
        total = sum(counts.values())
        low, high = study_intervals(
            list(counts.values()), [total] * 3, method="wilson", level=level
        )
        rows.append((
            cohort, str(total),
            *(f"{n}: {100 * n / total:.0f} % ({100 * a:.0f} to {100 * b:.0f})"
              for n, a, b in zip(counts.values(), low, high, strict=True)),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["Cohort", "primary refractory", *group_counts("MER")])


def shares_page(by_cohort: dict) -> pd.DataFrame:
    """Return each group's interval under each reading of whose share it is, as texts.

    Parameters
    ----------
    by_cohort : dict of str to tuple of Group
    """
    rows = [
        (group.name, f"{100 * float(group.share):.0f}", cohort, f"{group.alive} of {group.n}",
         f"{100 * group.lower:.0f} to {100 * group.upper:.0f}")
        for i in range(3)
        for cohort, found in by_cohort.items()
        for group in (found[i],)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Group", "alive at two years, %", "if of", "patients", "interval, %",
    ])  # fmt: skip


def abstract_page(level: float) -> pd.DataFrame:
    """Return each cohort's own shares from the abstract, and their differences, as texts."""
    columns = {}
    for cohort in COHORTS:
        own = groups(cohort, level=level, source="abstract")
        pairs = comparisons(cohort, level=level, source="abstract")
        columns[cohort] = {
            g.name: f"{100 * g.share:.0f} % ({100 * g.lower:.0f} to {100 * g.upper:.0f})"
            for g in own
        } | {
            f"{c.second} less {c.first}, points": (
                f"{points(c.two.difference, c.two.lower, c.two.upper)}, {_p(c.two.p)}"
            )
            for c in pairs
        }
    table = pd.DataFrame(columns).rename_axis("Group, or difference").reset_index()
    return table.rename(columns={"both": "both, added up"})


def comparisons_page(by_cohort: dict, power: float) -> pd.DataFrame:
    """Return the comparisons of groups under each reading, as texts.

    Parameters
    ----------
    by_cohort : dict of str to tuple of Comparison
    power : float
    """
    rows = []
    for i in range(3):
        for cohort, found in by_cohort.items():
            c = found[i]
            rows.append((
                f"{c.second} less {c.first}", cohort,
                points(c.two.difference, c.two.lower, c.two.upper), bare_p(c.two.p),
                f"{100 * c.power:.0f} %", str(c.needed),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Groups", "if of", "difference, points", "P", "power at 5 %",
        f"patients a group for {100 * power:.0f} %",
    ])  # fmt: skip


def partial_responses_page(level: float) -> pd.DataFrame:
    """Return the shares in partial response in trials and a registry, as texts."""
    check_level(level)
    rows = []
    for study, arm, share, size, what in PARTIAL_RESPONSES:
        printed = get_claim(share).value
        patients = count = interval = "–"
        if size:
            n = whole_number(get_claim(size).value)
            counts = counts_from_percentage(printed, n)
            patients, count = str(n), " or ".join(map(str, counts)) or "none fits"
            if counts:
                low, _ = study_intervals(counts[:1], [n], method="wilson", level=level)
                _, high = study_intervals(counts[-1:], [n], method="wilson", level=level)
                interval = f"{100 * low[0]:.0f} to {100 * high[0]:.0f}"
        rows.append((f"{study}, {arm}", what, printed, patients, count, interval))
    return pd.DataFrame(rows, columns=[
        "Study, arm", "what is counted", "%, printed", "patients", "count", "interval, %",
    ])  # fmt: skip


def alike_reading(comparison, cohort: str, margin: float) -> str:
    """Say what can be said of two groups that are called alike.

    Parameters
    ----------
    comparison : Comparison
    cohort : str
    margin : float
        Percentage points up to which groups count as alike.
    """
    two = comparison.two
    lower, upper = 100 * two.lower, 100 * two.upper
    inside = -margin < lower and upper < margin
    verdict = (
        f"The whole interval lies within {margin:g} points of zero: alike, by that margin."
        if inside
        else f"It reaches beyond {margin:g} points: the groups are not shown to be alike."
    )
    significant = "is" if two.p < 0.05 else "is not"
    return (
        f"If the shares are of {'both cohorts' if cohort == 'both' else cohort}, "
        f"{comparison.second} is {abs(100 * two.difference):.1f} points "
        f"{'above' if two.difference > 0 else 'below'} {comparison.first}, with an interval "
        f"from {_signed(lower)} to {_signed(upper)} points ({p_value(two.p)}). The difference "
        f"{significant} significant, which says little by itself: the chance to find it, if it "
        f"is the truth, is {100 * comparison.power:.0f} %. {verdict}"
    )


def _p(p: float) -> str:
    """Write a P value with its letter, in one piece that no line breaks."""
    return p_value(p).replace(" ", "\N{NO-BREAK SPACE}")


def _signed(number: float) -> str:
    return f"{number:.0f}".replace("-", "−")


def points(estimate: float, lower: float, upper: float) -> str:
    """Write a difference of shares in percentage points, with its limits."""
    text = f"{100 * estimate:.0f} ({100 * lower:.0f} to {100 * upper:.0f})"
    return text.replace("-", "−")
