"""What the chapter on predictive markers says of printed numbers."""

import numpy as np
import pytest

from secondline import biomarkers, effects
from secondline.claims import get_claim
from secondline.tables import read_dictionary


def test_the_findings_are_those_that_the_source_prints():
    findings = biomarkers.published_findings()
    printed = {f.name: (f.printed, f.side) for f in findings}
    assert printed == {
        "B cell signature": (get_claim("tme-bcell-ges-efs-axi-p").p, -1),
        "BPI": (get_claim("tme-bpi-efs-axi-p").p, -1),
        "SII": (get_claim("tme-sii-efs-axi-p").p, 1),
        "CD19 (gene or protein)": (get_claim("tme-abstract-cd19-efs-axi-p").p, -1),
        "hypoxia signature": (get_claim("tme-hypoxia-efs-axi-p").p, 1),
    }
    assert [f.p for f in findings] == sorted(f.p for f in findings)
    # the caption's three groups, and the two of another caption, are the same patients
    patients, events = biomarkers.first_trial()
    assert patients == 58 + 54 + 16
    assert events == 54 + 16


def test_published_chances_to_see_the_markers_again():
    table = biomarkers.replication_table(biomarkers.published_findings(), 128).set_index("name")
    assert table["if_true"].round(2).tolist() == [0.96, 0.91, 0.72, 0.67, 0.57]
    assert table["if_share"].round(2).tolist() == [0.45, 0.38, 0.24, 0.22, 0.19]
    assert (table["predictive"] < table["if_true"]).all()
    assert (table["sceptical"] < table["predictive"]).all()
    # half of an effect takes four times the patients
    for _, row in table.iterrows():
        assert row["n_if_share"] == pytest.approx(4 * row["n_if_true"])


def test_only_the_b_cell_signature_supports_a_difference_whatever_is_left_open():
    splits = biomarkers.printed_splits().set_index("marker")
    assert list(splits.index[splits["high"] < 0.05]) == ["B cell signature"]
    assert (splits["low"] < 0.05).sum() == 4
    # a purely prognostic marker of the mean effect would often be split as well
    assert splits.loc["B cell signature", "prognostic_low"] > 0.45
    # by hand: errors alike, direction with SOC as with axi-cel
    z = (effects.z_from_p(0.00024) - effects.z_from_p(0.9374)) / np.sqrt(2)
    assert splits.loc["B cell signature", "low"] < effects.p_from_z(z)
    assert effects.p_from_z(z) < splits.loc["B cell signature", "high"]


@pytest.mark.parametrize("p", [0.001, 0.005, 0.01, 0.03])
@pytest.mark.parametrize(
    ("share", "factor", "slope"), [(0.05, -3.13, 1.65), (0.10, -1.63, 2.35)]
)
def test_the_correction_is_near_the_printed_short_forms(p, share, factor, slope):
    """Altman and others 1994 print two short forms, for P of the best cut up to about 0.1."""
    short = factor * p * (1 + slope * np.log(p))
    full = biomarkers.miller_siegmund(effects.z_from_p(p), share, 1 - share)
    assert full == pytest.approx(short, rel=0.03)


def test_the_checklist_rests_on_claims_and_covers_remark():
    answers = biomarkers.checklist()
    items = [a.item for a in answers if a.guideline == "REMARK"]
    assert items == [*map(str, range(1, 16)), "16 and 17", "18", "19", "20"]
    assert len({(a.guideline, a.item) for a in answers}) == len(answers)
    for answer in answers:
        assert answer.question.endswith("?")
        assert answer.reason.endswith(".")
        # every claim is from the paper that is judged
        assert {c.document for c in answer.claims} == {"zuma7-tumour-microenvironment"}
    for guideline in biomarkers.GUIDELINES:
        page = biomarkers.checklist_page(guideline)
        assert len(page) == sum(biomarkers.verdict_counts(guideline).values())
        assert page["The paper, and where"].str.contains(r"\[.+\]").all()
    assert set(biomarkers.verdict_counts()) == set(biomarkers.VERDICTS)


def test_verdicts_on_tests_and_multiplicity_are_the_papers_own_words():
    by_item = {(a.guideline, a.item): a for a in biomarkers.checklist()}
    assert by_item["PATH", "overfitting"].verdict == "not met"
    assert "no adjustments" in {c.value for c in by_item["PATH", "overfitting"].claims}
    status = {c.value for c in by_item["REMARK", "19"].claims}
    # one analysis, two names for its standing
    assert status == {"exploratory prespecified", "post hoc analyses"}
    # no P value of an interaction is printed
    assert by_item["PATH", "test of the difference"].verdict == "not met"
    assert not any(c.p for c in by_item["PATH", "test of the difference"].claims)


def test_the_dictionary_names_the_columns_of_the_checklist():
    from secondline.biomarkers.checklist import COLUMNS

    dictionary = read_dictionary()
    own = dictionary[dictionary["table"] == "biomarker_checklist"]
    assert tuple(own["column"]) == COLUMNS
