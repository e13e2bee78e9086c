"""Each rule of the audit on a case made for it."""

import subprocess
import sys

import pytest
from conftest import ROOT

from secondline.audit import Relation, audit, audit_all, read_relations
from secondline.claims import COLUMNS, Claim
from secondline.errors import InputError


def claim(claim_id="c", **fields):
    blank = dict.fromkeys(COLUMNS, "")
    return Claim(**{**blank, "id": claim_id, "kind": "count", "document": "made", **fields})


def run(*arguments):
    """Run the command."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/audit.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
    )


def relation(rule, claims, target="", **detail):
    return Relation("r", rule, tuple(claims), target, detail, "medium", "", "read", "matters")


def only(claims, relations=()):
    """The one finding there is."""
    (finding,) = audit(claims, relations).findings
    return finding


def test_percentage_names_what_would_fit():
    finding = only([claim(kind="percentage", unit="%", value="37", n="20", N="52")])
    assert finding.rule == "percentage_of_count"
    assert finding.impossible
    assert "38.46 %" in finding.reason
    assert "20 would be 37 % of 54" in finding.reason
    assert "37 % of 52 would be 19" in finding.reason


def test_percentage_that_no_count_can_give():
    finding = only([claim(kind="percentage", unit="%", value="84.2", N="17")])
    assert finding.rule == "percentage_possible"
    assert finding.severity == "high"
    assert "14 of 17 (82.4 %) and 15 of 17 (88.2 %)" in finding.reason


def test_part_larger_than_the_whole():
    assert only([claim(n="12", N="10")]).rule == "share_possible"


def test_value_outside_its_interval():
    finding = only([claim(kind="median", value="9.1", lower="2.0", upper="8.3")])
    assert finding.rule == "interval_order"
    assert finding.impossible


def test_interval_upside_down():
    assert "ends below" in only([claim(kind="median", lower="8", upper="2")]).reason


def test_open_interval_is_not_judged_on_its_open_side():
    assert not audit([claim(kind="median", value="19.7", lower="4.0", upper="NR")]).findings


def test_ratio_off_the_middle_of_its_interval():
    finding = only([claim(kind="effect", value="0.92", lower="0.60", upper="1.34")])
    assert finding.rule == "interval_symmetric"
    assert not finding.impossible


def test_p_against_the_interval():
    finding = only([claim(kind="effect", value="0.70", lower="0.50", upper="0.98", p="0.30")])
    assert finding.rule == "p_from_interval"
    assert finding.severity == "high"


def test_impossible_p():
    assert only([claim(kind="p-value", value="1.3")]).rule == "p_possible"


@pytest.mark.parametrize(
    ("a", "b", "conflict"),
    [
        ({"value": "0.398"}, {"value": "0.40"}, False),
        ({"value": "0.398"}, {"value": "0.39"}, True),
        ({"value": "2", "unit": "years"}, {"value": "24", "unit": "months"}, False),
        ({"value": "2", "unit": "years"}, {"value": "1", "unit": "years"}, True),
        ({"value": "0.885", "unit": "proportion"}, {"value": "88.5", "unit": "%"}, False),
        ({"value": "5", "unit": "patients"}, {"value": "6", "unit": "%"}, False),
        ({"p": "0.0002"}, {"p": "0.00024"}, False),
        ({"p": "<0.001"}, {"p": "<0.0001"}, False),
        ({"p": "<0.001"}, {"p": "0.02"}, True),
    ],
)
def test_one_quantity_in_two_places(a, b, conflict):
    claims = [
        claim("a", concept="q", kind="median", **a),
        claim("b", concept="q", kind="median", **b),
    ]
    assert [f.rule for f in audit(claims).findings] == (["same_concept"] if conflict else [])


NUMBERS = {
    "sum": (["36", "6", "10", "8"], "60", "59", {}),
    "share": (["11", "27"], "41", "40", {}),
    "equal": (["0.398"], "0.40", "0.41", {}),
    "reduction": (["0.40"], "60", "65", {}),
    "median_rate": (["8.3"], "55", "41", {"t": "6"}),
    "between": (["2", "5"], "3", "6", {}),
}


@pytest.mark.parametrize("rule", NUMBERS)
def test_arithmetic_relation_holds_and_fails(rule):
    parts, right, wrong, detail = NUMBERS[rule]
    claims = [claim(f"p{i}", value=v) for i, v in enumerate(parts)]
    ids = [c.id for c in claims]
    for value, fails in ((right, False), (wrong, True)):
        target = claim("t", value=value)
        found = audit([*claims, target], [relation(rule, ids, "t", **detail)]).findings
        assert [f.rule for f in found] == ([rule] if fails else [])
        if fails:
            assert found[0].severity == "medium"
            assert found[0].readings == "read"
            assert found[0].claims == ("t", *ids)


def test_range_against_its_members():
    members = [claim(f"m{i}", value=v) for i, v in enumerate(["13", "42", "15.3"])]
    ids = [m.id for m in members]
    good = claim("t", kind="range", lower="13", upper="42")
    bad = claim("t", kind="range", lower="13", upper="41")
    assert not audit([*members, good], [relation("range", ids, "t")]).findings
    assert only([*members, bad], [relation("range", ids, "t")]).rule == "range"


@pytest.mark.parametrize(("p", "fails"), [("0.013", False), ("0.13", True)])
def test_i2_and_p_belong_together(p, fails):
    claims = [claim("a", kind="statistic", value="68.24", p=p)]
    found = audit(claims, [relation("i2_p", ["a"], k="5")]).findings
    assert bool(found) == fails


@pytest.mark.parametrize(
    ("p", "expect", "fails"),
    [
        ("0.1522", "significant", True),
        ("0.01", "significant", False),
        ("0.2", "none", False),
        ("0.02", "none", True),
        ("<0.001", "significant", False),
    ],
)
def test_words_against_p(p, expect, fails):
    claims = [claim("w", kind="verbal", value="associated"), claim("p", kind="p-value", p=p)]
    found = audit(claims, [relation("words_p", ["w"], "p", expect=expect)]).findings
    assert bool(found) == fails


def test_words_against_recomputed_i2():
    claims = [claim("w", kind="verbal", value="no heterogeneity")]
    finding = only(claims, [relation("words_i2", ["w"], pool="naive-orr")])
    assert "88.8 %" in finding.reason
    assert not audit(claims, [relation("words_i2", ["w"], pool="combination-cr")]).findings


def test_pooled_value_against_recomputation():
    right = claim("a", kind="pooled", value="54.5", lower="43.1", upper="65.7", unit="%")
    wrong = claim("a", kind="pooled", value="54.6", lower="43.1", upper="65.7", unit="%")
    rule = relation("pooled", ["a"], pool="mono-orr")
    assert not audit([right], [rule]).findings
    assert "54.5 (43.1 to 65.7)" in only([wrong], [rule]).reason
    with pytest.raises(InputError, match="pool is 'all'; allowed: 'mono-orr'"):
        audit([right], [relation("pooled", ["a"], pool="all")])


def test_same_number_under_two_labels():
    claims = [
        claim("a", value="41", quantity="response rate", time_point="6 months"),
        claim("b", value="40.5", quantity="event-free survival", time_point="24 months"),
    ]
    finding = only(claims, [relation("same_numbers", ["a"], "b")])
    assert "41 is called response rate, 6 months" in finding.reason


def test_judged_relation_is_always_a_finding():
    claims = [claim("a"), claim("b")]
    judged = Relation("r", "definition", ("a", "b"), "", {}, "high", "They differ.", "x", "y")
    assert only(claims, [judged]).reason == "They differ."


def test_annotation_gives_a_finding_words_and_makes_none():
    wrong = claim("a", kind="percentage", unit="%", value="37", n="20", N="52")
    note = Relation("n", "annotate", ("a",), "", {"rule": "percentage_of_count"}, "low", "W.", "R", "C")
    finding = only([wrong], [note])
    assert (finding.severity, finding.reason, finding.readings) == ("low", "W.", "R")
    assert finding.impossible
    right = claim("a", kind="percentage", unit="%", value="38", n="20", N="52")
    assert not audit([right], [note]).findings


def test_relation_to_an_unknown_claim_or_a_missing_number():
    with pytest.raises(InputError, match="names 'zzz', which is no claim"):
        audit([claim("a")], [relation("equal", ["a"], "zzz")])
    with pytest.raises(InputError, match="needs a number in value of 'b', which has 'NR'"):
        audit([claim("a", value="1"), claim("b", value="NR")], [relation("equal", ["a"], "b")])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("r,sum,a b,t,,medium,,", "line 2: 8 fields; a row has 9"),
        ("r,add,a b,t,,medium,,,", "line 2: rule is 'add'"),
        ("r,sum,a b,t,,grave,,,", "line 2: severity is 'grave'"),
        ("r,sum,a b,t,k:5,medium,,,", "line 2: detail is 'k:5'"),
        (",sum,a b,t,,medium,,,", "line 2: the id '' is empty"),
        ("r,annotate,a,,,medium,,,", "line 2: an annotation names one claim"),
    ],
)
def test_malformed_relations_name_their_line(tmp_path, row, words):
    path = tmp_path / "r.csv"
    path.write_text(
        f"id,rule,claims,target,detail,severity,reason,readings,consequence\n{row}\n", "utf-8"
    )
    with pytest.raises(InputError, match=words):
        read_relations(path)


# the rule, how many claims, whether a target, its settings, and what is said
LACKING = [
    ("i2_p", 1, False, "", "the rule i2_p needs the setting k= in detail, a whole number of"),
    ("i2_p", 1, False, "k=1", "k is '1'; it must be a whole number of at least 2"),
    ("i2_p", 1, False, "k=five", "k is 'five'; it must be a whole number"),
    ("median_rate", 1, True, "", "the rule median_rate needs the setting t= in detail, a number"),
    ("median_rate", 1, True, "t=1/0", "t is '1/0'; it must be a number"),
    ("pooled", 1, False, "", "the rule pooled needs the setting pool= in detail; allowed:"),
    ("words_i2", 1, False, "pool=all", "pool is 'all'; allowed: 'mono-orr'"),
    ("words_p", 1, True, "expect=no", "expect is 'no'; allowed: 'significant' or 'none'"),
    ("sum", 2, True, "part=value2", "part is 'value2'; allowed: 'value'"),
    ("sum", 0, True, "", "the rule sum takes at least 1 claim, and 0 are named"),
    ("sum", 2, False, "", "the rule sum needs a target, and none is named"),
    ("share", 1, True, "", "the rule share takes 2 claims, and 1 is named"),
    ("between", 3, True, "", "the rule between takes 2 claims, and 3 are named"),
    ("range", 0, True, "", "the rule range takes at least 1 claim"),
    ("range", 2, False, "", "the rule range needs a target"),
    ("equal", 1, False, "", "the rule equal needs two claims, and 1 is named"),
    ("reduction", 0, True, "", "the rule reduction takes 1 claim, and 0 are named"),
    ("same_numbers", 1, False, "", "the rule same_numbers needs a target"),
    ("contradiction", 0, False, "", "the rule contradiction takes at least 1 claim"),
]


@pytest.mark.parametrize(("rule", "number", "target", "settings", "words"), LACKING)
def test_relation_without_what_its_rule_needs(tmp_path, rule, number, target, settings, words):
    claims = tmp_path / "claims.csv"
    claims.write_text("id,value\na,3\nb,4\nc,5\nt,6\n", encoding="utf-8")
    relations = tmp_path / "relations.csv"
    named = " ".join("abc"[:number])
    relations.write_text(
        "id,rule,claims,target,detail,severity,reason,readings,consequence\n"
        f"r,{rule},{named},{'t' if target else ''},{settings},medium,,,\n",
        encoding="utf-8",
    )
    done = run(claims, "--relations", relations)
    assert done.returncode == 2
    assert f"Relation 'r': {words}" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_rule_of_arithmetic_has_a_form():
    from secondline.audit.relation_form import FORM
    from secondline.audit.relations import ARITHMETIC

    assert set(FORM) == set(ARITHMETIC)


def test_share_that_is_none():
    claims = [claim("a", value="30"), claim("b", value="27"), claim("t", value="41")]
    with pytest.raises(InputError, match="30 of 27 is not a share"):
        audit(claims, [relation("share", ["a", "b"], "t")])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe\x00\xd8", "is not UTF-8 text"),
        (b"id;rule\n", "line 1: the columns are id;rule; they must be"),
        (b"", "line 1: the columns are ; they must be"),
    ],
)
def test_relations_that_cannot_be_read(tmp_path, data, words):
    claims, relations = tmp_path / "claims.csv", tmp_path / "relations.csv"
    claims.write_text("id,value\na,3\n", encoding="utf-8")
    relations.write_bytes(data)
    done = run(claims, "--relations", relations)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,value\n", "mine.csv has no row that can be read."),
        ("id,value\na,about ten\n,3\n", "mine.csv, line 3: the id is empty.\nmine.csv has no row"),
        ('id,value\n"a,3\n', "line 2: a quotation mark is opened and never closed."),
    ],
)
def test_table_without_a_readable_row_is_no_success(tmp_path, text, words):
    path, report = tmp_path / "mine.csv", tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    done = run(path, "--html", report)
    assert done.returncode == 2
    assert words in done.stderr
    assert not report.exists()


def test_verdict_in_a_few_words():
    result = audit([claim("a", kind="percentage", unit="%", value="37", n="20", N="52"), claim("b")])
    assert result.verdict("a").startswith("finding (medium): 20 of 52 is 38.46 %")
    assert result.verdict("b") == "nothing to check it against"


def test_verdict_blames_no_number_for_another_ones_label():
    result = audit_all()
    assert result.verdict("guide-response-6m-axi").startswith("finding (high): The guide's")
    lent = result.verdict("tme-intro-efs-24m-axi")
    assert lent.startswith("fits; another place gives it another name: The guide's response")
    # one of several numbers, of which none is known to be wrong
    for either in ("bsab-dor-nct02500407", "bsab-t1-nct02500407-dor"):
        assert result.verdict(either).startswith("part of a finding (high): "), either
    assert result.verdict("bsab-pool-mono-orr").startswith("part of a finding (medium): ")
    # a finding of its own is not hidden by one about another number
    for check in result.findings:
        if len(set(check.claims)) == 1:
            assert not result.verdict(check.claims[0]).startswith("fits"), check
