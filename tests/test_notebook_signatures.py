"""The chapter on signatures, re-executed with other settings, deposited data and mistakes."""

import numpy as np
import pytest
from conftest import displayed, run_in_process
from scipy import stats

from secondline import signatures
from secondline.chapters import check_number, read_recorded
from secondline.cohort import read_cohort, signature_scores
from secondline.errors import InputError

CHAPTER = "book/tme/signatures.ipynb"
PANELS = [(arm, endpoint) for endpoint in signatures.ENDPOINTS for arm in ("axi-cel", "SOC")]


def about_the_paper(recorded):
    """What speaks of the printed numbers does not move with the settings."""
    assert recorded["panel"] == 47
    assert recorded["all_tests"] == 282
    assert recorded["expected"] == pytest.approx(14.1)
    assert recorded["bonferroni"] == pytest.approx(47 * 0.00024)
    # no other printed P of a signature survives the bound
    assert recorded["other_bounds"] > 0.05


def invariants(recorded, patients, alpha):
    scores = signature_scores(patients)
    assert recorded["n"] == len(scores)
    for i, (arm, endpoint) in enumerate(PANELS):
        s = signatures.screen(scores, patients, arm=arm, endpoint=endpoint, draws=1)
        assert recorded["below"][i] == (s.table["p"] < alpha).sum()
        assert recorded["q"][i] == pytest.approx(
            stats.false_discovery_control(s.table["p"].dropna()).min()
        )
        name, p = s.smallest[:2]
        assert recorded["smallest"][i][:3] == [arm, endpoint, name]
        assert recorded["smallest"][i][3] == pytest.approx(p)
        # chance has as many below the limit as the limit says, give or take the draws
        assert recorded["chance"][i] == pytest.approx(47 * alpha, rel=0.5, abs=0.6)
    assert recorded["by_chance"] == pytest.approx(alpha * 282)
    assert recorded["dots"] == sum(recorded["below"])
    # a stricter limit finds less by chance, and more than it says; neighbours come along
    assert 100 * alpha / 5 < recorded["safe"] <= recorded["any_by_chance"]
    assert recorded["five_apart"] == pytest.approx(100 * stats.binom.sf(4, 47, alpha))
    assert 1 < recorded["worth"] < 47


def test_the_virtual_patients_bear_the_text(run):
    recorded = read_recorded(run())
    about_the_paper(recorded)
    invariants(recorded, read_cohort("virtual"), 0.05)
    assert recorded["left"] == [["axi-cel", "EFS", "B cells"]]
    by_panel = {(arm, endpoint): (name, adjusted)
                for arm, endpoint, name, _, adjusted in recorded["smallest"]}  # fmt: skip
    name, adjusted = by_panel["axi-cel", "EFS"]
    assert name == "B cells"
    assert adjusted < 0.05
    assert all(v[1] > 0.05 for panel, v in by_panel.items() if panel != ("axi-cel", "EFS"))
    assert by_panel["axi-cel", "ongoing response"][0] == "B cells"


@pytest.mark.parametrize(
    "settings",
    [{"alpha": 0.01, "draws": 300, "seed": 4}, {"alpha": 0.2, "draws": 60}, {"draws": 50, "seed": 0}],
)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**settings))
    about_the_paper(recorded)
    invariants(recorded, read_cohort("virtual"), settings.get("alpha", 0.05))
    assert recorded["draws"] == settings["draws"]
    for *_, adjusted in recorded["smallest"]:
        assert 1 / (settings["draws"] + 1) <= adjusted <= 1


def test_every_table_and_picture_of_the_cohort_says_that_it_is_virtual(run):
    tables = [page for page in displayed(run(), "text/html") if "sl-table" in page]
    assert sum("no real patients" in page for page in tables) == len(tables) - 1 == 3
    (picture,) = displayed(run(), "image/svg+xml")
    assert "synthetic" in picture


def test_deposited_data_run_to_the_end_and_are_called_external(run, root):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path, draws=50)
    recorded = read_recorded(executed)
    about_the_paper(recorded)
    assert recorded["n"] <= len(read_cohort("geo", path))
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert sum("real patients from an open data set" in page for page in tables) == 3
    (picture,) = displayed(executed, "image/svg+xml")
    assert "synthetic" not in picture


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"alpha": 5}, "alpha is 5; it must be a number from 0.001 to 0.2."),
        ({"draws": 10, "seed": "x"}, "draws is 10; it must be a whole number from 50 to 2000. seed"),
        ({"cohort": "mine"}, "cohort is 'mine'"),
        ({"cohort": "geo", "geo_file": "no-such-file.gz"}, "no-such-file.gz"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"alpha": 0.2, "draws": 60}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    recorded = read_recorded(executed)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == 3
    for name, within in (("by_chance", 0.5), ("safe", 1.0), ("five", 1.0)):
        assert "Not" not in check_number(recorded[name], recorded[name], within=within, hint="h")
        wrong = check_number(recorded[name] + 3 * within, recorded[name], within=within, hint="h")
        assert "h" in wrong


# --- the screen itself -------------------------------------------------------------------


def test_dealing_anew_is_the_tests_own_distribution():
    """Of noise, the drawn P values are uniform, and the smallest is nothing special."""
    patients = read_cohort("virtual")
    rng = np.random.default_rng(5)
    scores = signature_scores(patients)
    scores[:] = np.exp(rng.standard_normal(scores.shape))
    for endpoint in signatures.ENDPOINTS:
        s = signatures.screen(scores, patients, arm="axi-cel", endpoint=endpoint, draws=100)
        assert s.chance.shape == (100, 47)
        assert (s.chance < 0.05).mean() == pytest.approx(0.05, abs=0.015)
        assert (s.chance < 0.5).mean() == pytest.approx(0.5, abs=0.03)
        assert s.smallest[2] > 0.01


def test_the_dealt_wilcoxon_is_the_one_that_is_computed():
    from secondline.signatures.screening import _dealt_groups

    patients = read_cohort("virtual")
    scores = signature_scores(patients, "axi-cel")
    group = np.arange(len(scores)) % 3 == 0
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    dealt = _dealt_groups(scores, group, 3, rng)
    for i in range(3):
        flags = group[again.permutation(len(group))]
        expected = signatures.with_groups(scores, flags)["p"]
        np.testing.assert_allclose(dealt[i], expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"arm": "both"}, "arm is 'both'; allowed: 'axi-cel' or 'SOC'."),
        ({"endpoint": "OS"}, "endpoint is 'OS'; allowed"),
        ({"draws": 0}, "draws is 0"),
    ],
)
def test_screens_that_cannot_be_are_refused(settings, sentence):
    patients = read_cohort("virtual")
    with pytest.raises(InputError) as caught:
        signatures.screen(
            signature_scores(patients), patients, **{"arm": "SOC", "endpoint": "EFS"} | settings
        )
    assert sentence in str(caught.value)
