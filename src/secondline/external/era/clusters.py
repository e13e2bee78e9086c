"""Do the trial's clusters appear in open samples, on every platform, and within cohorts?"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.external.era.counterparts import COUNTERPARTS, assigned_clusters
from secondline.external.lme import PLATFORMS, Samples
from secondline.signatures import Clustering, cluster, principal_components, root_mean_square

FEWEST = 20  # samples of a platform that are clustered by themselves


@dataclass(frozen=True, eq=False)
class Agreement:
    """Found clusters beside those of the trial, over signatures with a counterpart.

    Attributes
    ----------
    signatures : int
        With a counterpart.
    adjusted_rand : float
        1 if they are sorted alike, 0 on average by chance.
    p : float
        Share of random assignments that agree as well or better.
    by_cluster : DataFrame
        A row a cluster of the trial: cluster, members, together (how many of them are in
        the found cluster that has most), others (signatures beside them there), inside
        and outside (mean R among the members, and with the other counterparts).
    """

    signatures: int
    adjusted_rand: float
    p: float
    by_cluster: pd.DataFrame = field(repr=False)


def agreement(found: Clustering, *, draws: int = 2_000, seed: int = 1) -> Agreement:
    """Hold found clusters against the trial's, over signatures with a counterpart.

    Parameters
    ----------
    found : Clustering
        Of the 38 open signatures.
    draws : int
        Random assignments.
    seed : int
    """
    from sklearn.metrics import adjusted_rand_score

    names = [name for name in found.names if name in COUNTERPARTS]
    if not names:
        raise InputError("None of the clustered signatures has a counterpart in the trial.")
    place = {name: i for i, name in enumerate(found.names)}
    own = found.labels[[place[name] for name in names]]
    theirs = np.array([COUNTERPARTS[name][1] for name in names])
    rand = adjusted_rand_score(theirs, own)
    # with the sizes of all clusters as they are, the index rises with the squares of the counts
    # that the two ways share, and with nothing else
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(own, (draws, 1)), axis=1)
    reached = np.sum(_shared(theirs, shuffled) >= _shared(theirs, own[None])[0])
    rows = []
    for name, members in assigned_clusters().items():
        mine = np.array([place[member] for member in members if member in place])
        rest = np.array([place[n] for n in names if n not in members])
        labels = found.labels[mine]
        most = np.bincount(labels).argmax()
        r = found.correlation[np.ix_(mine, mine)][np.triu_indices(len(mine), 1)]
        rows.append((
            name, len(mine), int((labels == most).sum()),
            int((found.labels == most).sum() - (labels == most).sum()),
            float(r.mean()), float(found.correlation[np.ix_(mine, rest)].mean()),
        ))  # fmt: skip
    return Agreement(
        len(names), float(rand), float((1 + reached) / (draws + 1)),
        pd.DataFrame(
            rows, columns=["cluster", "members", "together", "others", "inside", "outside"]
        ),
    )  # fmt: skip


def _shared(theirs: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return the sum of squared counts shared by two ways to sort, for each row of `own`."""
    one = theirs[None, :] == np.unique(theirs)[:, None]
    other = own[:, :, None] == np.unique(own)[None, None, :]
    return (np.einsum("an,dnb->dab", one.astype(int), other.astype(int)) ** 2).sum(axis=(1, 2))


@dataclass(frozen=True, eq=False)
class CohortEffect:
    """How much of the scores goes with the cohort.

    Attributes
    ----------
    groups : int
        Cohorts, those joined by the data's authors counted as one.
    centred : int
        Of these, groups in which every signature's median is 0 to six digits.
    spread : float
        Mean distance from the median, over signatures, in a typical group.
    share : Series
        By signature, the share of the variance that lies between groups.
    """

    groups: int
    centred: int
    spread: float
    share: pd.Series = field(repr=False)


def cohort_effect(samples: Samples) -> CohortEffect:
    """Measure what separates cohorts."""
    group = samples.annotation["cohort_group"]
    scores = samples.scores
    by = scores.groupby(group)
    medians = by.median()
    distance = (scores - by.transform("median")).abs().groupby(group).mean().mean(axis=1)
    within = ((scores - by.transform("mean")) ** 2).sum()
    total = ((scores - scores.mean()) ** 2).sum()
    return CohortEffect(
        len(medians), int((medians.abs() < 1e-6).all(axis=1).sum()), float(distance.median()),
        1 - within / total,
    )  # fmt: skip


def by_platform(samples: Samples, *, clusters: int = 4, patients=None) -> pd.DataFrame:
    """Cluster parts of the samples, and hold each against all.

    Parameters
    ----------
    samples : Samples
    clusters : int
    patients : sequence of str, optional
        Names of samples with survival, a further part.

    Returns
    -------
    DataFrame
        Columns part, n, cohorts, adjusted_rand (with the clusters of all samples), b_cells
        (whether B cells and proliferation share a cluster), sii (how many of SII's
        counterparts do, at most), stroma (whether B cells are apart from CAF). Platforms
        with fewer than 20 samples are left out.
    """
    from sklearn.metrics import adjusted_rand_score

    known, scores = samples.annotation, samples.scores
    parts = {"all samples": scores}
    # ranks leave nothing of a cohort's level or spread
    parts["all, ranked within cohort groups"] = scores.groupby(known["cohort_group"]).rank(pct=True)
    parts["diffuse large B-cell lymphoma only"] = scores[
        known["diagnosis"].str.startswith("Diffuse")
    ]
    for platform in PLATFORMS:
        parts[f"platform {platform}"] = scores[known["platform"] == platform]
    if patients is not None:
        parts["patients with survival"] = scores.loc[list(patients)]
    all_found = None
    rows = []
    for name, part in parts.items():
        if len(part) < FEWEST:
            continue
        found = cluster(part, list(part), clusters=clusters)
        all_found = found if all_found is None else all_found
        label = dict(zip(found.names, found.labels, strict=True))
        sii = [label[member] for member in assigned_clusters()["SII"]]
        rows.append((
            name, len(part), known.loc[part.index, "cohort"].nunique(),
            float(adjusted_rand_score(all_found.labels, found.labels)),
            label["B_cells"] == label["Proliferation_rate"], int(np.bincount(sii).max()),
            label["B_cells"] != label["CAF"],
        ))  # fmt: skip
    return pd.DataFrame(
        rows, columns=["part", "n", "cohorts", "adjusted_rand", "b_cells", "sii", "stroma"]
    )


def index_ways(scores: pd.DataFrame) -> pd.DataFrame:
    """Make one index of SII's counterparts in several ways.

    Parameters
    ----------
    scores : DataFrame
        With both signs.

    Returns
    -------
    DataFrame
        A row a sample and a column a way: the mean of all; the mean of one vote for each of
        the trial's signatures; means without some counterparts; the root mean square; the
        first principal component, turned to go with the mean.
    """
    members = list(assigned_clusters()["SII"])
    own = scores[members]
    votes = own.T.groupby([COUNTERPARTS[name][0] for name in members]).mean().T
    stroma = [name for name in members if COUNTERPARTS[name][0] == "Stroma"]
    first = principal_components(own, 1).places[:, 0]
    mean = own.mean(axis=1)
    return pd.DataFrame({
        "mean": mean,
        "one vote for each signature of the trial": votes.mean(axis=1),
        "without hypoxia": own.drop(columns="Hypoxia").mean(axis=1),
        "without TGFb": own.drop(columns="TGFb").mean(axis=1),
        "without stroma": own.drop(columns=stroma).mean(axis=1),
        "first principal component": np.sign(np.corrcoef(first, mean)[0, 1]) * first,
        "root mean square": root_mean_square(own),
    })  # fmt: skip
