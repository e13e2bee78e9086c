"""The Aalen-Johansen estimator against R survival, on histories made in R.

Tolerance 1e-10: both multiply the same matrices.
"""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from secondline.sequencing import aalen_johansen

REFERENCE = json.loads((ROOT / "tests/reference/sequencing.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("data_set", REFERENCE["datasets"], ids=lambda d: d["name"])
def test_aalen_johansen_equals_survival(data_set):
    history = pd.DataFrame(data_set["history"]).astype({"entry": float, "exit": float})
    times = np.array(data_set["times"], dtype=float)
    share = aalen_johansen(history, times, data_set["states"])
    expected = np.array(data_set["share"], dtype=float)
    np.testing.assert_allclose(share, expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-12)


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
