"""Hold the estimator of multi-state histories against R."""

import json

import numpy as np
import pandas as pd

from secondline.paths import project_root
from secondline.sequencing.estimators import aalen_johansen


def agreement_table() -> pd.DataFrame:
    """Compute every reference value of ``tests/reference/sequencing.json`` again.

    Returns
    -------
    DataFrame
        Columns data_set, patients, values and difference (the largest), one row a set
        of histories.
    """
    path = project_root() / "tests/reference/sequencing.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    rows = []
    for data_set in reference["datasets"]:
        history = pd.DataFrame(data_set["history"]).astype({"entry": float, "exit": float})
        times = np.array(data_set["times"], dtype=float)
        share = aalen_johansen(history, times, data_set["states"])
        expected = np.array(data_set["share"], dtype=float)
        rows.append(
            {
                "data_set": data_set["name"],
                "patients": history["patient"].nunique(),
                "values": share.size,
                "difference": float(np.abs(share - expected).max()),
            }
        )
    return pd.DataFrame(rows)
