"""Principal components of markers."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.errors import InputError


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of k markers in n samples.

    Attributes
    ----------
    names : tuple of str
    loadings : ndarray, shape (k, components)
        Correlation of each marker with each component.
    places : ndarray, shape (n, components)
        Samples along the components.
    explained : ndarray, shape (components,)
        Share of the variance.
    """

    names: tuple[str, ...]
    loadings: np.ndarray = field(repr=False)
    places: np.ndarray = field(repr=False)
    explained: np.ndarray


def principal_components(table: pd.DataFrame, components: int = 2) -> Components:
    """Return the first principal components of standardised markers.

    Standardised, as FactoMineR's PCA does by default, which the source used. The sign of
    a component is free; here its largest loading is positive.

    Parameters
    ----------
    table : DataFrame, shape (n, k)
        Complete numbers.
    components : int

    Raises
    ------
    InputError
        If cells are missing, a marker has one value, or there are too few of either.
    """
    from sklearn.decomposition import PCA

    values = table.to_numpy(dtype=float)
    if np.isnan(values).any():
        raise InputError("Principal components need complete samples; some cells are missing.")
    if not 1 <= components <= min(values.shape):
        raise InputError(f"components is {components}; allowed: 1 to {min(values.shape)}.")
    spread = values.std(axis=0)
    if not spread.all():
        raise InputError(f"{table.columns[spread == 0][0]} has one value in all samples.")
    unit = (values - values.mean(axis=0)) / spread
    fit = PCA(n_components=components, svd_solver="full").fit(unit)
    places = fit.transform(unit)
    axes = fit.components_.T
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(components)])
    axes, places = axes * signs, places * signs
    loadings = axes * places.std(axis=0)
    return Components(tuple(table.columns), loadings, places, fit.explained_variance_ratio_)
