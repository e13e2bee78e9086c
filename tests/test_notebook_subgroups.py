"""The chapter on subgroups, re-executed with other settings, own effects and mistakes."""

import json
import math

import pytest
from conftest import run_in_process
from scipy import stats

from secondline import cohort, effects
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError

CHAPTER = "book/zuma7/subgroups.ipynb"
DEFAULTS = {
    "level": 0.95, "n_subgroups": 12, "subgroup_size": 52, "true_hazard_ratio": 0.398,
    "event_share": 0.7, "seed": 1,
}  # fmt: skip
MINE = """marker,level,contrast,hazard_ratio,lower,upper,p,reference,arm,direction
<b>Age</b> $x^2$,young,arms,0.50,0.40,0.62,,,,
<b>Age</b> $x^2$,old,arms,"0,70",0.50,0.98,,,,
=SUM(A1),yes,arms,,,,4.7 × 10–3,,,below 1
=SUM(A1),yes,levels,,,,0.04,no,new | *drug*,below 1
=SUM(A1),yes,levels,,,,0.6,no,control,
bare,x,arms,1.10,,,<0.9,,,
"""


def about_the_trial(recorded):
    """What speaks of the published trial does not move with the settings."""
    assert (recorded["printed_subgroups"], recorded["printed_with_p"]) == (12, 11)
    assert recorded["spd_ratio"] == pytest.approx(0.92 / 1.51)
    assert recorded["spd_p"] == pytest.approx(0.0696, abs=1e-4)
    assert recorded["ldh_p"] == pytest.approx(0.1921, abs=1e-4)
    assert recorded["hgbl_p"] == pytest.approx(0.1755, abs=1e-4)
    assert recorded["b_cell_high"] == pytest.approx(0.02555, abs=1e-5)
    assert recorded["split_markers"] == 5
    assert recorded["spd_middle"] == pytest.approx(math.sqrt(0.6 * 1.34))
    assert recorded["default_not_significant"] == pytest.approx(92.7, abs=0.1)


def pages(executed):
    return [
        "".join(output["data"]["text/html"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]


SETTINGS = [
    {"level": 0.9, "n_subgroups": 2, "subgroup_size": 2000, "seed": 5},
    {"level": 0.999, "largest_se_ratio": 3.0, "estimate_tau": False, "tau": 0.0,
     "true_hazard_ratio": 1.0, "event_share": 1},
    {"level": 0.5, "largest_se_ratio": 1, "estimate_tau": False, "tau": 2.0,
     "n_subgroups": 50, "subgroup_size": 10, "true_hazard_ratio": 5.0, "event_share": 0.05},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**settings))
    about_the_trial(recorded)
    used = DEFAULTS | {k: v for k, v in settings.items() if k in DEFAULTS}
    n, size, ratio = (used.pop(k) for k in ("n_subgroups", "subgroup_size", "true_hazard_ratio"))
    chance = effects.subgroups_by_chance(n, size, ratio, **used)
    assert recorded["any_not_significant"] == chance.any_not_significant
    assert recorded["any_reversed"] == chance.any_reversed
    # where nothing differs, the test finds a difference as often as it is set to
    alpha = 1 - used["level"]
    assert abs(recorded["different"] - alpha) < 5 * math.sqrt(alpha * (1 - alpha) / 4000)
    # the estimates of the trial do not move with the level
    assert (recorded["effects_read"], recorded["tests_made"]) == (29, 5)
    assert recorded["smallest_p"] == pytest.approx(0.0576, abs=1e-4)
    if "tau" in settings:
        assert recorded["most_drawn"] == pytest.approx(drawn_by_hand(settings["tau"]))


def drawn_by_hand(tau):
    """The largest hazard ratio after shrinkage, that of patients with normal LDH."""
    elevated, normal = 0.32, 0.50
    errors = (-math.log(elevated) / stats.norm.isf(2.5e-10 / 2),
              -math.log(normal) / stats.norm.isf(0.0006 / 2))  # fmt: skip
    weights = [1 / (e**2 + tau**2) for e in errors]
    logs = math.log(elevated), math.log(normal)
    mean = sum(w * x for w, x in zip(weights, logs, strict=True)) / sum(weights)
    pull = errors[1] ** 2 * weights[1]
    return math.exp(pull * mean + (1 - pull) * logs[1])


def test_the_settings_as_they_come(as_it_comes):
    recorded = read_recorded(as_it_comes)
    about_the_trial(recorded)
    table = cohort.read_cohort()
    models = cohort.marker_models(table)
    assert recorded["patients"] == len(table) == 359
    assert recorded["markers_fitted"] == len(models) == len(cohort.MARKERS)
    assert recorded["smallest_cohort_p"] == min(m.ratio.p for m in models)
    text = " ".join(pages(as_it_comes))
    assert text.count("synthetic data, no real patients") == 3


def test_own_effects_run_to_the_end_and_are_shown_as_text(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE, encoding="utf-8")
    executed = run(effects=str(path), level=0.9)
    recorded = read_recorded(executed)
    about_the_trial(recorded)
    assert (recorded["effects_read"], recorded["tests_made"]) == (6, 1)
    first, second = effects.from_interval(0.5, 0.4, 0.62), effects.from_interval(0.7, 0.5, 0.98)
    assert recorded["smallest_p"] == pytest.approx(effects.interaction(first, second).p)
    shown = pages(executed)
    assert all("<b>Age" not in page for page in shown)
    assert sum("&lt;b&gt;Age&lt;/b&gt; $x^2$" in page for page in shown) >= 4
    assert sum("(mine.csv)" in page for page in shown) >= 6


def test_own_effects_with_next_to_nothing_run_and_say_so(run, tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text(
        "marker,level,contrast,hazard_ratio,lower,upper,p\nSex,all,arms,0.5,,,\n", encoding="utf-8"
    )
    executed = run(effects=str(path))
    recorded = read_recorded(executed)
    assert (recorded["effects_read"], recorded["tests_made"]) == (1, 0)
    assert math.isnan(recorded["smallest_p"])
    assert math.isnan(recorded["most_drawn"])
    assert sum("Nothing to show" in page for page in pages(executed)) >= 6


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"level": 95, "n_subgroups": 1, "estimate_tau": "yes", "cohort": "real"},
            "level is 95; it must be a number from 0.5 to 0.999. estimate_tau is 'yes'; it must be "
            "True or False. n_subgroups is 1; it must be a whole number from 2 to 50. cohort is "
            "'real'; allowed: 'virtual' or 'geo'.",
        ),
        ({"effects": "no-such-file.csv"}, "There is no file 'no-such-file.csv'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_deposited_data_run_to_the_end_and_are_called_external(run, root):
    """A small made file in the deposit's form."""
    path = str(root / "tests/data/geo_made_series_matrix.txt")
    executed = run(cohort="geo", geo_file=path)
    recorded = read_recorded(executed)
    about_the_trial(recorded)
    models = cohort.marker_models(cohort.read_cohort("geo", path))
    assert (recorded["patients"], recorded["markers_fitted"]) == (24, len(models))
    text = " ".join(pages(executed))
    assert text.count("real patients from an open data set (GSE248835)") == 2
    # the virtual trials of the section on chance stay virtual
    assert text.count("synthetic data, no real patients") == 1


def one_subgroup(alpha, events):
    """Return the chance that one subgroup is significant, on either side."""
    shift, limit = abs(math.log(0.398)) * math.sqrt(events) / 2, stats.norm.isf(alpha / 2)
    return stats.norm.cdf(shift - limit) + stats.norm.cdf(-shift - limit)


def by_hand(level=0.95, subgroup_size=52, event_share=0.7, n_subgroups=12):
    alpha = 1 - level
    one, other = stats.norm.isf(alpha / 10), stats.norm.isf(min(4 * alpha, 0.95) / 2)
    found = one_subgroup(alpha, subgroup_size * event_share)
    reach = stats.norm.isf(alpha / 2) + stats.norm.ppf(0.8)
    error = math.sqrt(8 / (4 * subgroup_size * event_share))
    return {
        "expected_p": (2 * stats.norm.sf((one - other) / math.sqrt(2)), 0.005),
        "expected_ratio": (math.exp(-reach * error), 0.01),
        # by normal theory, which is about a point off with so few events
        "expected_none": (100 * (1 - found**n_subgroups), 2.0),
        "expected_times": ((stats.norm.isf(8.56e-9 / 2) / stats.norm.isf(0.0019 / 2)) ** 2, 0.05),
    }


def test_exercise_stubs_ask_and_right_answers_pass(run, as_it_comes):
    other = {"level": 0.9, "subgroup_size": 2000, "n_subgroups": 2}
    for executed, settings in ((as_it_comes, {}), (run(**SETTINGS[0]), other)):
        assert executed.read_text(encoding="utf-8").count("Not answered yet") == 4
        recorded = read_recorded(executed)
        for name, (answer, within) in by_hand(**settings).items():
            assert check_number(answer, recorded[name], within=within, hint="") == "Right.", name
