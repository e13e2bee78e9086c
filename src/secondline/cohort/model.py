"""The explicit model behind the virtual patients: tumours first, then what happens to them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from secondline.cohort.columns import CLUSTERS, SIGNATURES

# Correlations of the four factors, one a cluster: tumours rich in B cells are poor in
# stroma and immune cells; the two immune clusters go together.
FACTOR_CORRELATION = np.array(
    [[1, -0.30, -0.35, -0.35], [-0.30, 1, 0.35, 0.15], [-0.35, 0.35, 1, 0.65],
     [-0.35, 0.15, 0.65, 1]]
)  # fmt: skip
STRONGEST_LOADING, WEAKEST_LOADING = 0.92, 0.55
B_CELL_LOADING, APM_LOADING = 0.80, 0.65
# Weights of factors 1 to 4 and of what is the B cell score's own.
B_CELLS = np.array([B_CELL_LOADING, 0, 0, 0, np.sqrt(1 - B_CELL_LOADING**2)])
BURDEN = np.array([0.12, 0, -0.19, -0.30, 0])
HGBL_SHARE, NON_GCB_SHARE = 46 / 256, 52 / 243
CD19_PROTEIN = 0.33 * B_CELLS + np.array([0, -0.36, -0.18, -0.12, 0])


@dataclass(frozen=True)
class Effects:
    """Log hazard of failure for one standard deviation of a marker, given all other markers.

    The marginal curves of the arms stay the same whatever these are.

    Attributes
    ----------
    b_cells : float
        The score B cells.
    stroma : float
        The second factor, behind SII.
    cd19_in_stroma : float
        CD19 protein, in tumours whose second factor is above its median.
    product_in_low_cd19 : float
        CCR7+CD45RA+ share of the product, in tumours with CD19 protein below its median.
    burden, ldh : float
    non_gcb, hgbl : float
        Of having it.
    antigen_presentation : float
        What the score APM has of its own, beyond its cluster.
    """

    b_cells: float = 0.0
    stroma: float = 0.0
    cd19_in_stroma: float = 0.0
    product_in_low_cd19: float = 0.0
    burden: float = 0.0
    ldh: float = 0.0
    non_gcb: float = 0.0
    antigen_presentation: float = 0.0
    hgbl: float = 0.0


# Solved so that, in a very large population, the markers divided as in the source have the
# hazard ratios that the printed ones or the printed P values imply.
EFFECTS = {
    "axi-cel": Effects(
        b_cells=-0.54, stroma=0.31, cd19_in_stroma=-0.15, product_in_low_cd19=-0.31, burden=0.05,
        ldh=0.13, hgbl=0.04,
    ),
    "SOC": Effects(burden=0.20, ldh=0.23, non_gcb=0.67, antigen_presentation=-0.25, hgbl=0.10),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tumours:
    """Markers of n virtual tumours before treatment; arrays of shape (n,) or (n, 47)."""

    factors: np.ndarray
    scores: np.ndarray
    burden: np.ndarray
    ldh: np.ndarray
    cd19_protein: np.ndarray
    genes: np.ndarray
    apm_alone: np.ndarray
    hgbl_tendency: np.ndarray
    hgbl: np.ndarray
    non_gcb: np.ndarray
    product: np.ndarray
    is21: np.ndarray

    def standardised(self, name: str) -> np.ndarray:
        """Return a signature's score less its model mean, over its model spread."""
        place = SIGNATURES.index(name)
        mean, spread, _ = score_scale()
        return (self.scores[:, place] - mean[place]) / spread[place]


@cache
def score_scale() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, standard deviation and loading of each signature's score, shape (47,)."""
    mean = np.tile([7.4, 6.6, 8.1, 6.9, 7.7, 6.2], len(SIGNATURES))[: len(SIGNATURES)].astype(float)
    spread = np.concatenate(
        [
            np.full(len(members), 0.42 if cluster == "BPI" else 0.8)
            for cluster, members in CLUSTERS.items()
        ]
    )
    loading = np.concatenate(
        [
            np.linspace(STRONGEST_LOADING, WEAKEST_LOADING, len(members))
            for members in CLUSTERS.values()
        ]
    )
    b_cells = SIGNATURES.index("B cells")
    # the B cell score spreads far wider than its neighbours, and so leads the index
    mean[b_cells], spread[b_cells], loading[b_cells] = 8.5, 1.45, B_CELL_LOADING
    # with SOC, APM goes with the outcome while its cluster does not
    loading[SIGNATURES.index("APM")] = APM_LOADING
    return mean, spread, loading


def draw_tumours(n: int, rng: np.random.Generator) -> Tumours:
    """Draw n tumours.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    Tumours
    """
    mean, spread, loading = score_scale()
    factors = rng.standard_normal((n, 4)) @ np.linalg.cholesky(FACTOR_CORRELATION).T
    own = rng.standard_normal((n, len(SIGNATURES)))
    cluster = np.repeat(np.arange(4), [len(members) for members in CLUSTERS.values()])
    unit = loading * factors[:, cluster] + np.sqrt(1 - loading**2) * own
    scores = np.maximum(mean + spread * unit, 0.05)
    # each of burden, CD19 protein, genes, HGBL and IS21: these five parts, and its own noise
    parts = np.column_stack([factors, own[:, SIGNATURES.index("B cells")]])
    noise = rng.standard_normal((n, 8))
    burden = _mix(parts, BURDEN, noise[:, 0])
    ldh = 0.45 * burden + np.sqrt(1 - 0.45**2) * noise[:, 1]
    cd19_protein = _mix(parts, CD19_PROTEIN, noise[:, 2])
    genes = np.column_stack(
        [
            _mix(parts, weight * B_CELLS, noise[:, 3 + i])
            for i, weight in enumerate((0.68, 0.75, 0.60))
        ]
    )
    hgbl_tendency = _mix(parts, np.array([0.45, 0, 0, 0, 0]), noise[:, 6])
    return Tumours(
        factors=factors,
        scores=scores,
        burden=burden,
        ldh=ldh,
        cd19_protein=cd19_protein,
        genes=genes,
        apm_alone=own[:, SIGNATURES.index("APM")],
        hgbl_tendency=hgbl_tendency,
        # 46 of 256 and 52 of 243, as printed
        hgbl=hgbl_tendency > ndtri(1 - HGBL_SHARE),
        non_gcb=rng.random(n) < NON_GCB_SHARE,
        # the product's phenotype has nothing to do with the tumour
        product=rng.standard_normal(n),
        is21=_mix(parts, np.array([0, 0, 0, 0.85, 0]), noise[:, 7]),
    )


def failure_tendency(tumours: Tumours, arm: str) -> np.ndarray:
    """Return each patient's log hazard, relative to the arm's average, before frailty."""
    effects = EFFECTS[arm]
    low_cd19 = tumours.cd19_protein < 0
    return (
        effects.b_cells * tumours.standardised("B cells")
        + effects.stroma * tumours.factors[:, 1]
        + effects.cd19_in_stroma * tumours.cd19_protein * (tumours.factors[:, 1] > 0)
        + effects.product_in_low_cd19 * tumours.product * low_cd19
        + effects.burden * tumours.burden
        + effects.ldh * tumours.ldh
        + effects.non_gcb * (tumours.non_gcb - NON_GCB_SHARE)
        + effects.antigen_presentation * tumours.apm_alone
        + effects.hgbl * (tumours.hgbl - HGBL_SHARE)
    )


def survival_rank(tumours: Tumours, arm: str, rng: np.random.Generator) -> np.ndarray:
    """Return each patient's place on the arm's survival curve, uniform on (0, 1).

    A patient with hazard multiplied by ``exp(tendency)`` has the event when the
    cumulative hazard reaches an exponential draw; what the arm's curve then reads is the
    Laplace transform of ``exp(tendency)`` there. So markers act proportionally, and the
    arm's curve stays what it is.

    Returns
    -------
    ndarray, shape (n,)
        Survival at the patient's own failure time.
    """
    grid, transform = _laplace(arm)
    reached = rng.standard_exponential(len(tumours.burden))
    reached = np.log(reached) - failure_tendency(tumours, arm)
    return np.interp(reached, grid, transform)


@cache
def _laplace(arm: str) -> tuple[np.ndarray, np.ndarray]:
    """Tabulate E[exp(-x exp(tendency))] over log x, from a large fixed sample of tumours."""
    sample = draw_tumours(20_000, np.random.default_rng(20_180_125))
    weight = np.exp(failure_tendency(sample, arm))
    grid = np.linspace(-14, 7, 500)
    return grid, np.array([np.exp(-np.exp(x) * weight).mean() for x in grid])


def _mix(parts, weights, noise):
    """Return weighted parts with noise, so that the whole has variance 1."""
    explained = weights[:4] @ FACTOR_CORRELATION @ weights[:4] + weights[4] ** 2
    return parts @ weights + np.sqrt(1 - explained) * noise
