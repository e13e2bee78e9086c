"""The six pooled response rates that Shen 2025 prints, recomputed from its own table."""

from dataclasses import dataclass

import pandas as pd

from secondline.claims import Claim, get_claim
from secondline.intervals import as_printed
from secondline.proportions.pooling import PooledProportion, pool, pool_all_ways
from secondline.tables import POPULATIONS, read_trials, select_cohorts

SHORT = dict(zip(POPULATIONS, ("mono", "combination", "naive"), strict=True))


@dataclass(frozen=True, eq=False)
class PrintedPool:
    """A printed pooled proportion beside its recomputation.

    Attributes
    ----------
    population, outcome : str
    printed : Claim
        Estimate and limits in percent, as printed.
    words : Claim
        What the source says of the heterogeneity.
    result : PooledProportion
        Freeman-Tukey, DerSimonian-Laird, Wald, from the printed counts.
    events, totals : tuple of int
        The printed counts.
    """

    population: str
    outcome: str
    printed: Claim
    words: Claim
    result: PooledProportion
    events: tuple[int, ...]
    totals: tuple[int, ...]

    @property
    def recomputed(self) -> tuple[str, str, str]:
        """Estimate and limits in percent, with as many digits as are printed."""
        return self.shown(self.result)

    @property
    def agrees(self) -> bool:
        """Whether estimate and both limits agree to the printed digit."""
        return self.recomputed == self.shown()

    @property
    def words_hold(self) -> bool:
        """Whether the source's words fit the recomputed I2 on the source's own scale."""
        return self.words.value in allowed_words(self.result.i2)

    def shown(self, result: PooledProportion | None = None) -> tuple[str, str, str]:
        """Return estimate and limits as printed, or those of a result in the same digits."""
        printed = (self.printed.value, self.printed.lower, self.printed.upper)
        if result is None:
            return printed
        values = (result.estimate, result.lower, result.upper)
        return tuple(
            as_printed(100 * value, like) for value, like in zip(values, printed, strict=True)
        )


def reproduce_printed_pools() -> list[PrintedPool]:
    """Recompute the six pools of the published table, population by population.

    Returns
    -------
    list of PrintedPool
        ORR and CR for each population, in the source's order.
    """
    trials = read_trials()
    pools = []
    for population in POPULATIONS:
        for outcome in ("ORR", "CR"):
            cohorts = select_cohorts(trials, population, outcome).dropna(subset=["events"])
            claim_id = f"bsab-pool-{SHORT[population]}-{outcome.lower()}"
            pools.append(
                PrintedPool(
                    population=population,
                    outcome=outcome,
                    printed=get_claim(claim_id),
                    words=get_claim(f"{claim_id}-heterogeneity"),
                    result=pool(cohorts["events"], cohorts["totals"]),
                    events=tuple(int(x) for x in cohorts["events"]),
                    totals=tuple(int(n) for n in cohorts["totals"]),
                )
            )
    return pools


def identify_method() -> pd.DataFrame:
    """Count how many of the printed numbers each way of pooling gives.

    Returns
    -------
    DataFrame
        Columns scale, model, interval, and numbers (how many of the 18 printed
        estimates and limits come out); the best first.
    """
    pools = reproduce_printed_pools()
    hits: dict[tuple[str, str, str], int] = {}
    for printed in pools:
        for result in pool_all_ways(printed.events, printed.totals):
            way = (result.transform, result.method, result.ci)
            same = sum(a == b for a, b in zip(printed.shown(result), printed.shown(), strict=True))
            hits[way] = hits.get(way, 0) + same
    table = pd.DataFrame(
        [(*way, count) for way, count in hits.items()],
        columns=["scale", "model", "interval", "numbers"],
    )
    return table.sort_values("numbers", ascending=False, kind="stable", ignore_index=True)


def i2_limits() -> tuple[float, float]:
    """Return the source's limits in percent: the highest low I2, the lowest substantial one."""
    names = ("bsab-i2-threshold-low", "bsab-i2-threshold-substantial")
    low, substantial = (float(get_claim(name).value) for name in names)
    return low, substantial


def i2_class(i2: float) -> str:
    """Return the source's word for an I2 in percent: none, low, moderate or substantial.

    The source leaves a gap between 25 and 26; it is counted as moderate here.
    """
    low, substantial = i2_limits()
    if i2 == 0:
        return "none"
    if i2 <= low:
        return "low"
    return "substantial" if i2 > substantial else "moderate"


def allowed_words(i2: float) -> tuple[str, ...]:
    """Return the phrases of the source that are true of an I2 in percent."""
    phrases = {
        "none": ("no heterogeneity", "low heterogeneity"),
        "low": ("low heterogeneity",),
        "moderate": ("moderate heterogeneity",),
        # the source's scale says substantial, its results say significant
        "substantial": ("substantial heterogeneity", "significant heterogeneity"),
    }
    return phrases[i2_class(i2)]
