"""The six pooled response rates that Shen 2025 prints, recomputed from its own table."""

from dataclasses import dataclass

from secondline.claims import Claim, get_claim
from secondline.intervals import as_printed
from secondline.proportions.pooling import PooledProportion, pool
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
    """

    population: str
    outcome: str
    printed: Claim
    words: Claim
    result: PooledProportion

    @property
    def recomputed(self) -> tuple[str, str, str]:
        """Estimate and limits in percent, with as many digits as are printed."""
        values = (self.result.estimate, self.result.lower, self.result.upper)
        return tuple(
            as_printed(100 * value, like)
            for value, like in zip(values, self._printed(), strict=True)
        )

    @property
    def agrees(self) -> bool:
        """Whether estimate and both limits agree to the printed digit."""
        return self.recomputed == self._printed()

    @property
    def words_hold(self) -> bool:
        """Whether the source's words fit the recomputed I2 on the source's own scale."""
        return self.words.value in allowed_words(self.result.i2)

    def _printed(self) -> tuple[str, str, str]:
        return (self.printed.value, self.printed.lower, self.printed.upper)


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
                )
            )
    return pools


def i2_class(i2: float) -> str:
    """Return the source's word for an I2 in percent: none, low, moderate or substantial.

    The source leaves a gap between 25 and 26; it is counted as moderate here.
    """
    low = float(get_claim("bsab-i2-threshold-low").value)
    substantial = float(get_claim("bsab-i2-threshold-substantial").value)
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
