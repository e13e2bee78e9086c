"""Two markers in four groups, added and multiplied, and Cox models of many trials, against R.

coxph on the shipped virtual cohort, and on drawn data. Tolerances: 1e-7 relative for what
is iterated on either side, 1e-10 for what is not.
"""

import hashlib
import json

import numpy as np
import pytest

from secondline import biomarkers
from secondline.cohort import read_cohort

ITERATED, EXACT = 1e-7, 1e-10
PARTS = ("hazard_ratio", "lower", "upper", "p")


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/two_markers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def patients():
    return read_cohort("virtual")


def same_effect(ours, theirs):
    assert [getattr(ours, part) for part in PARTS] == pytest.approx(
        [float(theirs[part]) for part in PARTS], rel=ITERATED
    )


def test_the_reference_names_its_script_and_was_made_of_this_cohort(r, root):
    assert {"r", "survival", "script"} <= set(r["source"])
    assert (root / r["source"]["script"]).is_file()
    data = (root / "data/virtual/zuma7_reference.csv").read_bytes()
    assert hashlib.md5(data).hexdigest() == r["source"]["md5"], "run the R script again"


@pytest.mark.parametrize("k", range(3))
def test_two_markers_in_four_groups(r, patients, k):
    case = r["pairs"][k]
    rows = biomarkers.pair_rows(
        patients, case["first"], case["second"], arm=case["arm"], cut=float(case["cut"])
    )
    found = biomarkers.two_markers(rows, case["first"], case["second"], arm=case["arm"])
    assert (found.n, found.events) == (case["n"], case["events"])
    assert [g.n for g in found.groups] == case["sizes"]
    assert [g.events for g in found.groups] == case["group_events"]
    for group, theirs in zip(found.groups[1:], case["groups"], strict=True):
        same_effect(group.ratio, theirs)
    for group, theirs in zip(found.groups, case["rest"], strict=True):
        same_effect(group.rest, theirs)
    assert [g.added for g in found.groups[1:]] == pytest.approx(
        [float(v) for v in case["added_groups"]], rel=ITERATED
    )
    for part in ("alone", "added", "numbers"):
        for name, theirs in case[part].items():
            same_effect(getattr(found, part)[name], theirs)
    same_effect(found.first_where_bad, case["first_where_bad"])
    same_effect(found.first_where_good, case["groups"][0])
    same_effect(found.ratio, case["ratio"])
    same_effect(found.number_ratio, case["number_ratio"])
    # a difference of two log likelihoods loses digits
    assert found.ratio_p == pytest.approx(float(case["ratio_p"]), rel=1e-6)
    assert found.correlation[1] == pytest.approx(float(case["r"]), rel=EXACT)


def test_gene_and_protein_in_one_model(r, patients):
    found, theirs = biomarkers.both_measures(patients, "axi-cel"), r["measures"]
    assert (found.n, found.events, found.agree) == (
        theirs["n"], theirs["events"], theirs["agree"])  # fmt: skip
    same_effect(found.both["gene_CD19"], theirs["gene"])
    same_effect(found.both["cd19_h_score"], theirs["protein"])


def test_cox_models_with_several_covariates_in_many_trials(r):
    assert len(r["drawn"]) == 2
    for case in r["drawn"]:
        time = np.array(case["time"], dtype=float)
        x = np.array(case["x"], dtype=float).T
        # the same trial twice, once in another order
        turned = np.arange(len(time))[::-1]
        beta, covariance = biomarkers.cox_terms(
            [time, time[turned]], [case["event"], np.array(case["event"])[turned]], [x, x[turned]]
        )
        for k in range(2):
            assert beta[k] == pytest.approx(np.array(case["beta"], dtype=float), rel=ITERATED)
            assert covariance[k] == pytest.approx(
                np.array(case["covariance"], dtype=float), rel=ITERATED
            )
