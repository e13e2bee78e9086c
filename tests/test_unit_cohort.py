"""Virtual patients: marked, reproducible, and with the printed event-free survival."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from secondline.claims import get_claim
from secondline.cohort import COLUMNS, SIGNATURES, generate, provenance, read_cohort
from secondline.cohort.model import draw_tumours, survival_rank
from secondline.cohort.reference import margins
from secondline.errors import InputError
from secondline.tables import read_dictionary


def test_the_reference_cohort_has_the_printed_event_free_survival():
    found = margins(read_cohort())
    printed = {
        name: float(get_claim(claim).value)
        for name, claim in {
            "hazard_ratio": "zuma7-efs-hr",
            "median_axi_cel": "tme-intro-median-efs-axi",
            "median_soc": "tme-intro-median-efs-soc",
            "share_axi_cel": "tme-intro-efs-24m-axi",
            "share_soc": "tme-intro-efs-24m-soc",
        }.items()
    }
    assert found.hazard_ratio == pytest.approx(printed["hazard_ratio"], rel=0.03)
    assert found.median_axi_cel == pytest.approx(printed["median_axi_cel"], abs=0.1)
    assert found.median_soc == pytest.approx(printed["median_soc"], abs=0.1)
    assert 100 * found.share_axi_cel == pytest.approx(printed["share_axi_cel"], abs=0.5)
    assert 100 * found.share_soc == pytest.approx(printed["share_soc"], abs=0.5)


def test_the_reference_cohort_is_built_again_bit_for_bit(root):
    done = subprocess.run(
        [sys.executable, str(root / "scripts/cohort.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("table", [read_cohort(), generate(41, 3)], ids=["shipped", "drawn"])
def test_nobody_can_take_a_virtual_patient_for_a_real_one(table):
    assert list(table.columns) == list(COLUMNS)
    assert table["virtual"].all()
    assert table["participant"].str.fullmatch(r"VIRTUAL-\d{3}").all()
    assert table["participant"].is_unique
    assert provenance(table) == {"provenance": "virtual", "source": ""}


def test_every_column_is_in_the_dictionary():
    dictionary = read_dictionary()
    mine = dictionary[dictionary["table"] == "zuma7_reference"]
    assert list(mine["column"]) == list(COLUMNS)


def test_the_same_seed_gives_the_same_patients():
    pd.testing.assert_frame_equal(generate(60, 4), generate(60, 4))
    assert not generate(60, 4).equals(generate(60, 5))


def test_outcomes_fit_together():
    table = generate(2_000, 8)
    events = table["efs_event"]
    assert (table.loc[~events, "response"] == "ongoing").all()
    assert table.loc[table["response"] == "none", "dor_months"].isna().all()
    responded = table["response"].isin(["ongoing", "relapsed"])
    assert (table.loc[responded, "dor_months"] < table.loc[responded, "efs_months"]).all()
    treated = table["infusion_months"].notna()
    assert (table.loc[treated, "infusion_months"] < table.loc[treated, "efs_months"]).all()
    scores = table.loc[table["expression"], [c for c in COLUMNS if c.startswith("sig_")]]
    assert scores.shape[1] == len(SIGNATURES) == 47
    assert (scores > 0).all(axis=None)


def test_markers_do_not_move_the_curve_of_an_arm():
    rng = np.random.default_rng(5)
    for arm in ("axi-cel", "SOC"):
        place = survival_rank(draw_tumours(40_000, rng), arm, rng)
        np.testing.assert_allclose(
            np.quantile(place, [0.1, 0.25, 0.5, 0.75, 0.9]), [0.1, 0.25, 0.5, 0.75, 0.9], atol=0.012
        )


def test_large_populations_come_near_the_printed_survival():
    found = margins(generate(40_000, 2))
    assert found.hazard_ratio == pytest.approx(0.398, abs=0.012)
    assert found.share_axi_cel == pytest.approx(0.405, abs=0.012)
    assert found.share_soc == pytest.approx(0.163, abs=0.012)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: generate(1, 1), "n is 1; it must be a whole number, 2 or more."),
        (lambda: generate(10, -1), "seed is -1"),
        (lambda: generate(10, 1, mode="real"), "allowed: 'population' or 'reference'"),
        (lambda: generate(10, 1, mode="reference"), "has 359 patients"),
        (lambda: read_cohort("trial"), "cohort is 'trial'; allowed: 'virtual' or 'geo'."),
        (lambda: read_cohort("geo", "x.gz"), "GSE248835"),
        (lambda: read_cohort("virtual", "mine.csv"), "reads none"),
        (
            lambda: provenance(pd.DataFrame({"virtual": [True, False]})),
            "Virtual and real patients are in one table",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(call, sentence):
    with pytest.raises(InputError) as caught:
        call()
    assert sentence in str(caught.value)
