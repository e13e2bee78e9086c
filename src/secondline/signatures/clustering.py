"""Cluster signatures by how they go together over samples, as the source does."""

from dataclasses import dataclass, field

import numpy as np
from scipy.cluster.hierarchy import cophenet, fcluster, leaves_list, linkage
from scipy.spatial.distance import pdist, squareform

from secondline.errors import InputError, one_of

LINKAGES = ("average", "complete", "single", "ward")
DISTANCES = ("euclidean", "correlation")


@dataclass(frozen=True, eq=False)
class Clustering:
    """A hierarchical clustering of k signatures.

    Attributes
    ----------
    names : tuple of str
    correlation : ndarray, shape (k, k)
        Spearman's R over samples.
    tree : ndarray, shape (k - 1, 4)
        SciPy's linkage matrix.
    labels : ndarray, shape (k,)
        Cluster of each signature, 0 and up, numbered along the leaves.
    order : ndarray, shape (k,)
        Signatures along the leaves.
    cophenetic : float
        Correlation of the tree's distances with the distances that it was made from.
    """

    names: tuple[str, ...]
    correlation: np.ndarray = field(repr=False)
    tree: np.ndarray = field(repr=False)
    labels: np.ndarray
    order: np.ndarray = field(repr=False)
    cophenetic: float

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return len(set(self.labels.tolist()))

    def members(self, cluster: int) -> tuple[str, ...]:
        """Return the names of a cluster's signatures, along the leaves."""
        return tuple(self.names[i] for i in self.order if self.labels[i] == cluster)


def correlations(scores, times=None) -> np.ndarray:
    """Return Spearman's R between the columns of a table.

    Parameters
    ----------
    scores : array-like, shape (samples, k)
        Without missing cells, and no column of one value.
    times : array-like of int, shape (samples,), optional
        How often each sample counts, as in a resample; once if not given.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    InputError
        If a cell is missing, or a column has one value in the samples that count.
    """
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or not np.isfinite(scores).all():
        raise InputError("Correlations need a table of complete, finite numbers.")
    times = np.ones(len(scores)) if times is None else np.asarray(times, dtype=float)
    return Ranked(scores).correlations(times)


class Ranked:
    """A table whose columns are ranked once, for correlations of many resamples."""

    def __init__(self, scores: np.ndarray):
        ranks = [np.unique(column, return_inverse=True)[1] for column in scores.T]
        self._last = np.cumsum([rank.max() + 1 for rank in ranks])
        first = np.concatenate([[0], self._last[:-1]])
        # levels of all columns in one line, each column's after those of the one before
        self._level = np.column_stack(ranks) + first

    def correlations(self, times: np.ndarray) -> np.ndarray:
        """Return Spearman's R where each sample counts so many times, shape (k, k)."""
        n, k = self._level.shape
        drawn = np.flatnonzero(times)
        level, times = self._level[drawn], times[drawn]
        count = np.bincount(level.ravel(), np.repeat(times, k), minlength=self._last[-1])
        # average rank of a level: of all before it, and half of its own; less the mean rank
        before = np.cumsum(count) - count / 2
        total = times.sum()
        centred = before[level] - total * (np.arange(k) + 0.5)
        weighted = centred * np.sqrt(times)[:, None]
        product = weighted.T @ weighted
        spread = np.sqrt(np.diag(product))
        if not (spread > 1e-9 * total).all():
            raise InputError(
                "A signature has one value in all samples; it correlates with nothing."
            )
        return np.clip(product / np.outer(spread, spread), -1, 1)


def cluster(scores, names, *, clusters: int = 4, method: str = "average",
            distance: str = "euclidean") -> Clustering:  # fmt: skip
    """Cluster signatures.

    Parameters
    ----------
    scores : array-like, shape (samples, k)
    names : sequence of str
        Of the k signatures.
    clusters : int
        Where to cut the tree: 1 to k.
    method : {"average", "complete", "single", "ward"}
        Linkage; the source uses "average" (UPGMA).
    distance : {"euclidean", "correlation"}
        Between rows of the correlation matrix (the source's), or one less Spearman's R.

    Returns
    -------
    Clustering

    Raises
    ------
    InputError
        If a setting or the table cannot be used.
    """
    names = tuple(names)
    r = correlations(scores)
    if len(names) != len(r):
        raise InputError(f"There are {len(names)} names for {len(r)} signatures.")
    if not 1 <= clusters <= len(r):
        raise InputError(f"clusters is {clusters}; allowed: 1 to {len(r)}.")
    tree = grow_tree(r, method=method, distance=distance)
    order = leaves_list(tree)
    return Clustering(
        names=names,
        correlation=r,
        tree=tree,
        labels=_along(fcluster(tree, clusters, "maxclust"), order),
        order=order,
        cophenetic=float(cophenet(tree, distances(r, distance))[0]),
    )


def distances(correlation: np.ndarray, distance: str) -> np.ndarray:
    """Return distances between signatures, condensed as SciPy has them."""
    if distance not in DISTANCES:
        raise InputError(f"distance is {distance!r}; allowed: {one_of(DISTANCES)}.")
    if distance == "euclidean":
        return pdist(correlation)
    apart = 1 - (correlation + correlation.T) / 2
    np.fill_diagonal(apart, 0)
    return squareform(np.maximum(apart, 0), checks=False)


def grow_tree(correlation, *, method: str = "average", distance: str = "euclidean") -> np.ndarray:
    """Return SciPy's linkage of a correlation matrix."""
    if method not in LINKAGES:
        raise InputError(f"method is {method!r}; allowed: {one_of(LINKAGES)}.")
    if method == "ward" and distance != "euclidean":
        raise InputError(f"method 'ward' needs distance 'euclidean', not {distance!r}.")
    return linkage(distances(correlation, distance), method)


def _along(labels, order) -> np.ndarray:
    """Number clusters from 0 on in the order in which the leaves meet them."""
    numbers = {}
    for i in order:
        numbers.setdefault(labels[i], len(numbers))
    return np.array([numbers[label] for label in labels])
