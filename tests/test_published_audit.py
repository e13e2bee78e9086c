"""Discrepancies that the audit must find in the four sources, one by one."""

import pytest

from secondline.audit import audit_all, read_all_relations
from secondline.audit.relations import JUDGED
from secondline.claims import all_claims, documents


@pytest.fixture(scope="module")
def result():
    return audit_all()


def found(result, claim_id, rule=None):
    return [
        f for f in result.findings if claim_id in f.claims and (rule is None or f.rule == rule)
    ]


@pytest.mark.parametrize(
    ("claim_id", "rule"),
    [
        # 84.2 % of 17 patients
        ("bsab-discussion-odronextamab-relapsed-orr", "percentage_possible"),
        # 11/27 as 40, 6/27 as 23, 20/52 as 37
        ("bsab-t2-nct02500407-exposed-orr", "percentage_of_count"),
        ("bsab-t2-nct02500407-exposed-cr", "percentage_of_count"),
        ("bsab-t2-nct03075696-exposed-cr", "percentage_of_count"),
        # "no heterogeneity" beside I2 of 44.6, 88.8 and 81.5 %
        ("bsab-pool-combination-orr-heterogeneity", "words_i2"),
        ("bsab-pool-naive-orr-heterogeneity", "words_i2"),
        ("bsab-pool-naive-cr-heterogeneity", "words_i2"),
        # 25 % at one year and at two
        ("bsab-dor-nct02500407", "same_numbers"),
        # complete response 22 to 46 in the conclusion
        ("bsab-conclusion-cr-range", "range"),
        # 29 + 11 + 13 + 6 patients are 59, not 60
        ("bsab-discussion-odronextamab-relapse-90d-orr", "sum"),
        # 18 + 12 patients are 30, not 27
        ("bsab-discussion-mosunetuzumab-nonresponders", "sum"),
        # 41 and 16 % at six months are 40.5 and 16.3 % at two years
        ("guide-response-6m-axi", "same_numbers"),
        ("guide-response-6m-soc", "same_numbers"),
        # a median of 8.3 months, 41 % at six months
        ("guide-sustained-6m-axi", "median_rate"),
        # 308 of 2,755 as 11.3 %
        ("prr-bock-leo-refractory-share", "percentage_of_count"),
        # 0.92 off the middle of 0.60 to 1.34
        ("tme-spd-efs-axi-hr", "interval_symmetric"),
        # "associated" beside P = 0.1522
        ("tme-bpi-dor-axi-p", "words_p"),
        # better in all subgroups, beside P = 0.6299
        ("tme-cd19neg-orr-p", "words_p"),
    ],
)
def test_discrepancy_is_found(result, claim_id, rule):
    assert found(result, claim_id, rule)


@pytest.mark.parametrize(
    "claim_id",
    [
        "prr-zuma7-pr-all-soc",  # all in one arm of a randomised trial
        "prr-bock-conclusion-definition",  # who is primary refractory
        "prr-discussion-bsh-timing",  # when the last scan is due
        "guide-efficacy-efs-definition",  # what counts as an event
        "guide-eligibility-ecog2-outcome",  # outcomes of patients who were not admitted
        "tme-methods-post-hoc",  # prespecified or post hoc
        "tme-methods-clustering-distance",  # Spearman or Euclidean
        "bsab-prior-cart-all",  # all had CAR-T, and 233 had not
    ],
)
def test_disagreement_of_words_is_found(result, claim_id):
    assert found(result, claim_id)


def test_headline_numbers_pass(result):
    """What is reproduced elsewhere raises no finding of arithmetic."""
    for claim_id in ("bsab-pool-mono-orr", "bsab-pool-mono-orr-i2", "zuma7-efs-hr"):
        assert not [f for f in found(result, claim_id) if f.rule not in JUDGED]


def test_every_judged_finding_can_be_read(result):
    """A person's reading comes with its reason, other readings, and what it changes."""
    for relation in read_all_relations():
        if relation.rule in JUDGED:
            assert relation.reason.endswith("."), relation.id
            assert relation.readings, relation.id
            assert relation.consequence, relation.id


def test_every_document_is_audited(result):
    checked = result.checked_claims()
    for document in documents():
        mine = [c for c in all_claims().values() if c.document == document]
        assert sum(c.id in checked for c in mine) / len(mine) > 0.4


def test_planted_errors_are_found_and_point_at_themselves():
    from secondline.audit import plant_errors

    planted = plant_errors(all_claims().values(), read_all_relations(), rounds=5, seed=1)
    assert planted.recall_checkable > 0.8
    assert planted.recall > 0.6
    assert planted.precision > 0.95
