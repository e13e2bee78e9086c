"""Virtual patients: marked, reproducible, and with the printed event-free survival."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from secondline.claims import get_claim
from secondline.cohort import (
    COLUMNS,
    SIGNATURES,
    distortion,
    generate,
    high,
    index,
    provenance,
    read_cohort,
    read_targets,
    read_third_line,
    scorecard,
    scorecard_reading,
    section_page,
    subset,
)
from secondline.cohort.model import draw_tumours, survival_rank
from secondline.cohort.reference_records import margins
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


# --- tables that are no cohort -----------------------------------------------------------

SHIPPED, LATER = read_cohort(), read_third_line()


def changed(**columns):
    return SHIPPED.assign(**columns)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: scorecard(None), "A cohort is a pandas DataFrame, not of type NoneType."),
        (lambda: scorecard(pd.DataFrame()), "The cohort has no column participant, virtual, arm"),
        (lambda: scorecard(SHIPPED.drop(columns="spd_mm2")), "The cohort has no column spd_mm2;"),
        (lambda: scorecard(SHIPPED[[*COLUMNS, "arm"]]), "two columns of one name"),
        (lambda: scorecard(changed(arm=None)), "arm is missing for a patient"),
        (lambda: scorecard(changed(arm="control")), "arm is 'control'; allowed: 'SOC' or"),
        (lambda: scorecard(changed(response="Ongoing")), "response is 'Ongoing'; allowed:"),
        (lambda: scorecard(changed(efs_event="True")), "efs_event holds something else than True"),
        (lambda: scorecard(changed(expression=np.nan)), "expression is missing"),
        (lambda: scorecard(changed(ldh_elevated=1.0)), "ldh_elevated holds something else than"),
        (lambda: scorecard(changed(spd_mm2="2100")), "spd_mm2 holds something else than numbers"),
        (lambda: scorecard(changed(spd_mm2=0.0)), "spd_mm2 holds a number that is not above 0."),
        (lambda: scorecard(changed(efs_months=np.inf)), "efs_months holds a number that is not"),
        (lambda: scorecard(changed(virtual=SHIPPED["efs_event"])), "Virtual and real patients"),
        (lambda: provenance(SHIPPED[["arm"]]), "The table has no column virtual"),
        (lambda: scorecard(SHIPPED, 3), "before a third line is a pandas DataFrame"),
        (lambda: scorecard(SHIPPED, LATER.assign(is21="low")), "is21 holds something else"),
        (lambda: scorecard(SHIPPED).row("efs"), "There is no target 'efs'."),
        (lambda: distortion(SHIPPED, LATER, draws=0, n=359, seed=1), "draws is 0; it must be"),
        (lambda: distortion(SHIPPED, LATER, draws=1, n=4, seed=1), "sig_b_cells"),
        (lambda: generate(10_000_000, 1), "n is 10,000,000; at most 1,000,000"),
        (lambda: read_cohort("geo", None), "The path of the file is None"),
        (lambda: high(SHIPPED, "treated"), "Of treated no level counts as high"),
        (lambda: high(SHIPPED, ["SII"]), "A marker is named by text"),
        (lambda: index(None, "SII"), "A cohort is a pandas DataFrame"),
        (lambda: index(SHIPPED[["arm"]], "SII"), "The cohort has no marker 'sig_mmr_loss'."),
        (lambda: index(SHIPPED, ["SII"]), "cluster is ['SII']; allowed: 'BPI'"),
        (lambda: subset(SHIPPED, None), "A subset is named by text"),
        (lambda: subset(SHIPPED, "biopsy before"), "There is no subset 'biopsy before'."),
        (lambda: subset(SHIPPED, "spd_mm2 above many"), "There is no subset"),
        (lambda: subset(SHIPPED, "spd above 3"), "The cohort has no marker 'spd'."),
    ],
)
def test_a_table_that_is_no_cohort_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(InputError) as caught:
        call()
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("n", [2, 3, 4, 6, 10, 20])
def test_few_patients_give_no_value_and_no_error(n):
    card = scorecard(generate(n, 1))
    assert any(not row.known for row in card.rows)
    assert "targets are met" in scorecard_reading(card)


@pytest.mark.parametrize(
    "table",
    [SHIPPED.iloc[:0], SHIPPED[SHIPPED["arm"] == "SOC"], changed(efs_event=False),
     changed(sig_b_cells=5.0, ccr7_cd45ra_share=0.2, spd_mm2=2100.0)],
    ids=["nobody", "one arm", "no event", "nothing varies"],
)  # fmt: skip
def test_what_has_no_value_is_told_from_what_is_missed(table):
    card = scorecard(table, LATER)
    assert not any(row.met for row in card.rows if not row.known)
    assert not card.row("b-cells-high-arms").known


def test_a_share_beyond_the_last_time_watched_has_no_value():
    short = changed(
        efs_event=SHIPPED["efs_event"] & (SHIPPED["efs_months"] < 20),
        efs_months=SHIPPED["efs_months"].clip(upper=20),
    )
    card = scorecard(short)
    assert not card.row("efs-24m-axi").known
    assert card.row("efs-median-axi").value == scorecard(SHIPPED).row("efs-median-axi").value


def test_an_assumed_target_is_never_shown_as_printed():
    card = scorecard(SHIPPED, LATER)
    for section in {target.section for target in read_targets()}:
        page = section_page(card, section)
        own = [row.target.kind == "assumed" for row in card.rows if row.target.section == section]
        assert page["target"].str.contains("assumed").tolist() == own


def test_words_where_numbers_belong_are_refused_in_a_sentence():
    table = read_cohort("virtual")
    with pytest.raises(InputError, match="arm holds words; it must hold numbers"):
        subset(table, "arm above 3")
    table["sig_stroma"] = "much"
    with pytest.raises(InputError, match="sig_stroma holds words"):
        index(table, "SII")
    for n in (float("nan"), float("inf")):
        with pytest.raises(InputError, match="it must be a whole number, 2 or more"):
            generate(n, 1)
