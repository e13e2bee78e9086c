"""Clusters, associations and components of signatures against R's stats.

hclust, cophenetic, cutree, cor, wilcox.test, kruskal.test, cor.test, glm, p.adjust,
prcomp. Tolerances: 1e-10; 1e-6 for logistic regression, which iterates. SciPy takes
Spearman's P from t, as R does when it is told not to compute it exactly.
"""

import json

import numpy as np
import pandas as pd
import pytest

from secondline import signatures
from secondline.signatures.clustering import distances, grow_tree

EXACT, ITERATED = 1e-10, 1e-6


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/signatures.json").read_text(encoding="utf-8"))


def numbers(texts):
    return np.array(texts, dtype=float)


def same_partition(one, other):
    """Whether two lists of labels part things alike, whatever the labels are."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


def test_correlations_equal_r_with_and_without_ties(r):
    for table in r["clusterings"]:
        found = signatures.correlations(numbers(table["scores"]))
        np.testing.assert_allclose(found, numbers(table["correlation"]), atol=EXACT)


def test_trees_and_their_cuts_equal_hclust(r):
    compared = 0
    for table in r["clusterings"]:
        scores = numbers(table["scores"])
        names = [f"s{i}" for i in range(scores.shape[1])]
        for way in table["ways"]:
            settings = {"method": way["method"], "distance": way["distance"]}
            correlation = signatures.correlations(scores)
            tree = grow_tree(correlation, **settings)
            np.testing.assert_allclose(np.sort(tree[:, 2]), np.sort(numbers(way["heights"])), atol=EXACT)
            for k, cut in enumerate(way["cuts"], start=1):
                found = signatures.cluster(scores, names, clusters=k, **settings)
                assert found.cophenetic == pytest.approx(float(way["cophenetic"]), abs=EXACT)
                assert same_partition(found.labels.tolist(), cut), (table["name"], way["method"], k)
                compared += 1
            assert len(distances(correlation, way["distance"])) == len(names) * (len(names) - 1) / 2
    assert compared == 3 * 7 * 5


def test_associations_equal_r(r):
    group = np.array(r["markers"]["group"])
    other = numbers(r["markers"]["other"])
    tests = r["markers"]["tests"]
    values = pd.DataFrame({f"m{i}": numbers(t["x"]) for i, t in enumerate(tests)})
    groups = signatures.with_groups(values, group)
    ranks = signatures.with_number(values, other)
    for i, test in enumerate(tests):
        assert groups["p"][i] == pytest.approx(float(test["wilcoxon"]), rel=EXACT)
        assert groups["p"][i] == pytest.approx(float(test["kruskal"]), rel=EXACT)
        assert ranks["effect"][i] == pytest.approx(float(test["spearman"]), abs=EXACT)
        assert ranks["p"][i] == pytest.approx(float(test["spearman_p"]), rel=1e-8)
        known = values[f"m{i}"].notna()
        slope, se, p = signatures.logistic(values.loc[known, f"m{i}"], group[known])
        assert slope == pytest.approx(float(test["slope"]), rel=ITERATED)
        assert se == pytest.approx(float(test["se"]), rel=ITERATED)
        assert p == pytest.approx(float(test["p"]), rel=ITERATED)


def test_adjusted_p_values_equal_r(r):
    np.testing.assert_allclose(
        signatures.adjusted(numbers(r["adjusted"]["p"])), numbers(r["adjusted"]["q"]), rtol=EXACT
    )


def test_components_equal_prcomp(r):
    table = next(t for t in r["clusterings"] if t["name"] == "25 x 12")
    found = signatures.principal_components(pd.DataFrame(numbers(table["scores"])), 3)
    np.testing.assert_allclose(found.explained, numbers(r["components"]["explained"]), rtol=EXACT)
    theirs = numbers(r["components"]["loadings"])
    # the sign of a component is free
    signs = np.sign((found.loadings * theirs).sum(axis=0))
    np.testing.assert_allclose(found.loadings, theirs * signs, atol=1e-9)
