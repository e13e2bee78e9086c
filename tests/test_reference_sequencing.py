"""The Aalen-Johansen estimator against R survival, on histories made in R.

Tolerance 1e-10: both multiply the same matrices.
"""

import json

from conftest import ROOT

from secondline.sequencing.against_r import agreement_table

REFERENCE = json.loads((ROOT / "tests/reference/sequencing.json").read_text(encoding="utf-8"))


def test_aalen_johansen_equals_survival():
    table = agreement_table()
    assert set(table["data_set"]) == {d["name"] for d in REFERENCE["datasets"]}
    assert (table["difference"] <= 1e-10).all(), table


def test_data_sets_hold_ties_censoring_and_returns():
    for data_set in REFERENCE["datasets"]:
        moved = [row["moved_to"] for row in data_set["history"]]
        assert "" in moved
        assert {"response", "failed", "dead"} <= set(moved)
    tied = next(d for d in REFERENCE["datasets"] if d["name"] == "ties, censored")
    exits = [row["exit"] for row in tied["history"] if row["moved_to"]]
    assert len(set(exits)) < len(exits)


def test_reference_names_its_makers():
    source = REFERENCE["source"]
    assert {"r", "survival", "script"} <= set(source)
    assert (ROOT / source["script"]).is_file()
