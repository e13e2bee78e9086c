"""Name found clusters after published ones, and tell how far they agree."""

from dataclasses import dataclass

from secondline.signatures.clustering import Clustering


@dataclass(frozen=True)
class Match:
    """A found cluster beside the published one that is most like it.

    Attributes
    ----------
    label : int
        Of the found cluster.
    name : str
        Of the published cluster, or "cluster 1" and so on where it is like none.
    shared, found, published : int
        Signatures in both, in the found and in the published cluster. Of published ones
        only those count that were clustered.
    """

    label: int
    name: str
    shared: int
    found: int
    published: int

    @property
    def same(self) -> bool:
        """Whether both have the same members."""
        return self.shared == self.found == self.published


def match_clusters(
    clustering: Clustering, published: dict[str, tuple[str, ...]]
) -> tuple[Match, ...]:
    """Pair clusters with published ones, the most alike first, each at most once.

    Parameters
    ----------
    clustering : Clustering
    published : dict
        Members by the name of the cluster.

    Returns
    -------
    tuple of Match
        In the order of the labels. A cluster that shares no signature with a published
        one that is left keeps its number.
    """
    known = set(clustering.names)
    wanted = {name: set(members) & known for name, members in published.items()}
    own = {k: set(clustering.members(k)) for k in range(clustering.n_clusters)}
    pairs = sorted(
        ((len(own[k] & wanted[name]) / len(own[k] | wanted[name]), -k, name)
         for k in own for name in wanted if own[k] & wanted[name]),
        reverse=True,
    )  # fmt: skip
    named: dict[int, str] = {}
    for _, minus, name in pairs:
        if -minus not in named and name not in named.values():
            named[-minus] = name
    return tuple(
        Match(
            label=k,
            name=named.get(k, f"cluster {k + 1}"),
            shared=len(own[k] & wanted.get(named.get(k), set())),
            found=len(own[k]),
            published=len(wanted.get(named.get(k), set())),
        )
        for k in own
    )
