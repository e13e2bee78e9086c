"""Would the clusters be found again? Resamples of the samples, and other ways to cluster."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster

from secondline.errors import InputError
from secondline.signatures.clustering import (
    DISTANCES,
    LINKAGES,
    Clustering,
    Ranked,
    cluster,
    grow_tree,
)


@dataclass(frozen=True, eq=False)
class Stability:
    """Clusters of resampled samples beside those of all samples.

    Attributes
    ----------
    found : Clustering
        Of all samples.
    consensus : ndarray, shape (k, k)
        Share of resamples in which two signatures share a cluster (Monti, Tamayo, Mesirov
        and Golub, Machine Learning 2003;52:91).
    adjusted_rand : ndarray, shape (resamples,)
        Agreement of each resample's clusters with those of all samples: 1 for the same, 0
        on average for chance (Hubert and Arabie, Journal of Classification 1985;2:193).
    jaccard : ndarray, shape (resamples, clusters)
        For each cluster of all samples, the overlap with the most alike cluster of the
        resample (Hennig, Computational Statistics & Data Analysis 2007;52:258).
    """

    found: Clustering
    consensus: np.ndarray = field(repr=False)
    adjusted_rand: np.ndarray = field(repr=False)
    jaccard: np.ndarray = field(repr=False)

    @property
    def same(self) -> float:
        """Share of resamples with exactly the clusters of all samples."""
        return float(np.mean(self.adjusted_rand > 1 - 1e-12))

    @property
    def by_cluster(self) -> np.ndarray:
        """Mean Jaccard overlap of each cluster, shape (clusters,)."""
        return self.jaccard.mean(axis=0)

    @property
    def by_signature(self) -> np.ndarray:
        """Mean share of resamples in which a signature is with each other member, shape (k,).

        1 for a signature that is a cluster by itself.
        """
        same = self.found.labels[:, None] == self.found.labels[None, :]
        np.fill_diagonal(same, False)
        others = same.sum(axis=1)
        total = (self.consensus * same).sum(axis=1)
        return np.where(others > 0, total / np.maximum(others, 1), 1.0)


def bootstrap(scores, names, *, clusters: int = 4, resamples: int = 1_000, seed: int = 1,
              method: str = "average", distance: str = "euclidean") -> Stability:  # fmt: skip
    """Cluster resamples of the samples, drawn with replacement.

    Parameters
    ----------
    scores : array-like, shape (samples, k)
    names : sequence of str
    clusters : int
    resamples : int
        1 or more.
    seed : int
    method, distance : str
        As for :func:`secondline.signatures.cluster`.

    Returns
    -------
    Stability

    Raises
    ------
    InputError
        If a setting or the table cannot be used.
    """
    scores = np.asarray(scores, dtype=float)
    found = cluster(scores, names, clusters=clusters, method=method, distance=distance)
    if resamples < 1:
        raise InputError(f"resamples is {resamples}; it must be 1 or more.")
    rng = np.random.default_rng(seed)
    n = len(scores)
    drawn = (np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(resamples))
    return _held_against(found, scores, drawn, method, distance)


def _held_against(found: Clustering, scores, drawn, method, distance) -> Stability:
    """Hold resamples, given by how often each sample is drawn, against all samples."""
    from sklearn.metrics import adjusted_rand_score

    own, ranked = found.labels, Ranked(scores)
    together, rand, overlap = 0.0, [], []
    mine = own[:, None] == np.unique(own)[None, :]
    for times in drawn:
        tree = grow_tree(ranked.correlations(times), method=method, distance=distance)
        labels = fcluster(tree, found.n_clusters, "maxclust")
        theirs = labels[:, None] == np.unique(labels)[None, :]
        together = together + (labels[:, None] == labels[None, :])
        both = mine.T.astype(int) @ theirs.astype(int)
        either = mine.sum(axis=0)[:, None] + theirs.sum(axis=0)[None, :] - both
        overlap.append((both / either).max(axis=1))
        rand.append(adjusted_rand_score(own, labels))
    return Stability(found, together / len(rand), np.array(rand), np.array(overlap))


def by_sample_size(scores, names, sizes, *, clusters: int = 4, draws: int = 200, seed: int = 1,
                   method: str = "average", distance: str = "euclidean") -> pd.DataFrame:  # fmt: skip
    """Cluster parts of the samples, drawn without replacement.

    Parameters
    ----------
    scores, names, clusters, method, distance
        As for :func:`bootstrap`.
    sizes : sequence of int
        Samples in a part: 3 to all.
    draws : int
        Parts of each size.
    seed : int

    Returns
    -------
    DataFrame
        Columns n; same (share of parts with the clusters of all samples); adjusted_rand
        (mean), lower and upper (2.5th and 97.5th percentile).
    """
    scores = np.asarray(scores, dtype=float)
    found = cluster(scores, names, clusters=clusters, method=method, distance=distance)
    rows = []
    for n in sizes:
        if not 3 <= n <= len(scores):
            raise InputError(f"A part has {n} samples; allowed: 3 to {len(scores)}.")
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(n),)))
        drawn = (rng.permutation(np.arange(len(scores)) < n).astype(int) for _ in range(draws))
        held = _held_against(found, scores, drawn, method, distance)
        low, high = np.percentile(held.adjusted_rand, [2.5, 97.5])
        rows.append((n, held.same, held.adjusted_rand.mean(), low, high))
    return pd.DataFrame(rows, columns=["n", "same", "adjusted_rand", "lower", "upper"])


def with_gaps(scores, names, shares, *, clusters: int = 4, draws: int = 100, seed: int = 1,
              method: str = "average", distance: str = "euclidean") -> pd.DataFrame:  # fmt: skip
    """Cluster after some cells were lost by chance, and were filled with 0 or with medians.

    Parameters
    ----------
    scores, names, clusters, method, distance
        As for :func:`bootstrap`.
    shares : sequence of float
        Of the cells that are lost: 0 to below 1.
    draws : int
        Patterns of loss for each share.
    seed : int

    Returns
    -------
    DataFrame
        Columns share, fill ("0" or "median of the signature"), same (share of patterns
        that leave the clusters as they were), adjusted_rand (mean).
    """
    from sklearn.metrics import adjusted_rand_score

    scores = np.asarray(scores, dtype=float)
    settings = {"clusters": clusters, "method": method, "distance": distance}
    own = cluster(scores, names, **settings).labels
    fills = {"0": np.zeros(scores.shape[1]), "median of the signature": np.median(scores, axis=0)}
    rows = []
    for share in shares:
        if not 0 <= share < 1:
            raise InputError(f"A share of lost cells is {share}; allowed: 0 to below 1.")
        rand = {fill: [] for fill in fills}
        rng = np.random.default_rng(seed)
        for _ in range(draws):
            lost = rng.random(scores.shape) < share
            for fill, values in fills.items():
                found = cluster(np.where(lost, values, scores), names, **settings).labels
                rand[fill].append(adjusted_rand_score(own, found))
        rows += [
            (share, fill, np.mean(np.array(v) > 1 - 1e-12), np.mean(v)) for fill, v in rand.items()
        ]
    return pd.DataFrame(rows, columns=["share", "fill", "same", "adjusted_rand"])


def other_ways(scores, names, *, clusters: int = 4) -> pd.DataFrame:
    """Cluster with every linkage and distance, and hold each against the source's way.

    Returns
    -------
    DataFrame
        Columns method, distance, cophenetic, adjusted_rand, sizes (of the clusters, the
        largest first). Ward's linkage needs Euclidean distances and has no other row.
    """
    from sklearn.metrics import adjusted_rand_score

    first = cluster(scores, names, clusters=clusters)
    rows = []
    for method in LINKAGES:
        for distance in DISTANCES:
            if method == "ward" and distance != "euclidean":
                continue
            other = cluster(scores, names, clusters=clusters, method=method, distance=distance)
            rows.append((
                method, distance, other.cophenetic,
                float(adjusted_rand_score(first.labels, other.labels)),
                tuple(sorted(np.bincount(other.labels).tolist(), reverse=True)),
            ))  # fmt: skip
    return pd.DataFrame(
        rows, columns=["method", "distance", "cophenetic", "adjusted_rand", "sizes"]
    )


def by_number(scores, names, numbers) -> pd.DataFrame:
    """Tell how distinct the clusters are at each number of them.

    Returns
    -------
    DataFrame
        Columns clusters; silhouette (mean over signatures, on Euclidean distances between
        rows of the correlation matrix; Rousseeuw, Journal of Computational and Applied
        Mathematics 1987;20:53); gap (height of the tree between this cut and the next:
        how much further one must go to lose a cluster).
    """
    from sklearn.metrics import silhouette_score

    first = cluster(scores, names, clusters=1)
    heights = np.append(first.tree[:, 2], np.inf)
    rows = []
    for k in numbers:
        labels = fcluster(first.tree, k, "maxclust")
        shape = float("nan") if k < 2 else float(silhouette_score(first.correlation, labels))
        rows.append((k, shape, heights[-k] - heights[-k - 1]))
    return pd.DataFrame(rows, columns=["clusters", "silhouette", "gap"])
