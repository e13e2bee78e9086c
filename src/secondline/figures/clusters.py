"""Clusters of signatures: the heatmap with its tree, and how settled each signature is."""

import numpy as np

from secondline.figures.style import FAINT, GREY, INK, ORANGE, PURPLE, SKY, stamp

# told apart in grey as well, by their lightness
COLOURS = (ORANGE, INK, SKY, PURPLE, GREY)
MOST_NAMES = 60


def cluster_heatmap(clustering, names, *, provenance: str, source: str = ""):
    """Draw the correlation matrix along the tree, with the tree and the clusters beside it.

    Parameters
    ----------
    clustering : Clustering
        From :func:`secondline.signatures.cluster`.
    names : sequence of str
        Of the clusters, by label.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from scipy.cluster.hierarchy import dendrogram

    k = len(clustering.names)
    figure = Figure(figsize=(6.4, 6.9))
    tree = figure.add_axes((0.01, 0.11, 0.15, 0.78))
    strip = figure.add_axes((0.165, 0.11, 0.02, 0.78))
    axes = figure.add_axes((0.19, 0.11, 0.52, 0.78))
    bar = figure.add_axes((0.19, 0.935, 0.3, 0.015))
    dendrogram(clustering.tree, orientation="left", ax=tree, no_labels=True,
               color_threshold=0, above_threshold_color=GREY)  # fmt: skip
    tree.set_axis_off()
    order, along = clustering.order, clustering.labels[clustering.order]
    image = axes.imshow(clustering.correlation[np.ix_(order, order)], cmap="RdBu_r", vmin=-1,
                        vmax=1, origin="lower", aspect="auto", interpolation="nearest")  # fmt: skip
    axes.set_xticks([])
    axes.yaxis.tick_right()
    if k <= MOST_NAMES:
        axes.set_yticks(range(k), [clustering.names[i] for i in order],
                        fontsize=min(8, 290 / k))  # fmt: skip
        axes.tick_params(length=0)
    else:
        axes.set_yticks([])
    strip.set(xlim=(0, 1), ylim=(-0.5, k - 0.5))
    strip.set_axis_off()
    # names of narrow neighbours would run into each other
    crowded = clustering.n_clusters >= 6 or np.bincount(along).min() < 0.1 * k
    for label in range(clustering.n_clusters):
        rows = np.flatnonzero(along == label)
        strip.barh(rows, 1, left=0, height=1, color=COLOURS[label % len(COLOURS)])
        axes.axhline(rows[-1] + 0.5, color="white", linewidth=1.2)
        axes.axvline(rows[-1] + 0.5, color="white", linewidth=1.2)
        # along the lower edge, where no signature's name stands
        axes.text(rows.mean(), -1.2 * k / 47, names[label], ha="center", va="top", fontsize=7.5,
                  rotation=45 if crowded else 0)  # fmt: skip
    figure.colorbar(image, cax=bar, orientation="horizontal", ticks=(-1, 0, 1))
    bar.tick_params(labelsize=7.5, length=0)
    figure.text(0.5, 0.937, "Spearman's R", fontsize=8, va="bottom")
    stamp(figure, provenance, source)
    return figure


def signature_stability(stability, names, *, provenance: str, source: str = ""):
    """Draw how often each signature is with the others of its cluster, over resamples.

    Parameters
    ----------
    stability : Stability
        From :func:`secondline.signatures.bootstrap`.
    names : sequence of str
        Of the clusters, by label.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    found = stability.found
    k = len(found.names)
    figure = Figure(figsize=(5.6, 1.3 + 0.155 * max(k, 12)))
    axes = figure.add_axes((0.4, 0.09, 0.56, 0.89))
    shares = 100 * stability.by_signature[found.order]
    along = found.labels[found.order]
    for label in range(found.n_clusters):
        rows = np.flatnonzero(along == label)
        axes.hlines(rows, 0, shares[rows], color=FAINT, linewidth=1)
        axes.plot(shares[rows], rows, "o", markersize=4.5, color=COLOURS[label % len(COLOURS)],
                  label=names[label])  # fmt: skip
    axes.set_yticks(range(k), [found.names[i] for i in found.order], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 102), ylim=(-0.7, k - 0.3))
    axes.set_xlabel("% of resamples with the others of its cluster", fontsize=9)
    axes.legend(loc="lower left", fontsize=8, frameon=True, facecolor="white", edgecolor=FAINT)
    stamp(figure, provenance, source)
    return figure


def stability_by_size(sizes, *, provenance: str, source: str = ""):
    """Draw the agreement of parts of the samples with all of them, over the size of a part.

    Parameters
    ----------
    sizes : DataFrame
        From :func:`secondline.signatures.by_sample_size`.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.5))
    axes = figure.add_axes((0.13, 0.2, 0.83, 0.74))
    axes.fill_between(sizes["n"], sizes["lower"], sizes["upper"], color=FAINT, linewidth=0,
                      label="adjusted Rand index, 95 % of parts")  # fmt: skip
    axes.plot(sizes["n"], sizes["adjusted_rand"], color=INK, linewidth=1.8,
              label="adjusted Rand index, mean")  # fmt: skip
    axes.plot(sizes["n"], sizes["same"], color=ORANGE, marker="o", linestyle=(0, (5, 2)),
              linewidth=1.6, label="share with the same clusters")  # fmt: skip
    axes.set(ylim=(min(0.0, float(sizes["lower"].min())), 1.03), xlabel="Samples in a part",
             ylabel="Agreement with all samples")  # fmt: skip
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    stamp(figure, provenance, source)
    return figure
