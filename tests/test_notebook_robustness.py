"""The robustness chapter re-executed as an analyst would: other settings, own trials, mistakes."""

import json
import math

import pytest
from conftest import displayed, run_in_process
from papermill.exceptions import PapermillExecutionError

from secondline import proportions, tables
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError

CHAPTER = "book/bispecifics/robustness.ipynb"
HOSTILE = """trial,backbone,prior_car_t,n,orr_events,cr_events,year
<b>Centre</b> $x^$ 1,none,yes,31,17,11,2020
=SUM(A1),none,yes,24,11,,
Centre 3,none,yes,18,18,0,2021
Centre 4,none,yes,40,21,0,2021
"""
TWO_NAIVE = """trial,backbone,prior_car_t,n,orr_events,cr_events
Only one,none,no,20,0,0
Only two,GemOx,no,20,0,0
"""
EXERCISES = {"power_missed": 3, "filled_span": 0.15, "not_holding": 0.5}


def counts(outcome, population, trials=""):
    cohorts = tables.select_cohorts(tables.read_trials(trials), population, outcome)
    cohorts = cohorts.dropna(subset=["events"])
    return cohorts["events"], cohorts["totals"]


def published_values_do_not_move(recorded):
    assert f"{recorded['egger_found_orr']:.3f}" == "0.602"
    assert f"{recorded['egger_found_cr']:.3f}" == "0.558"
    assert recorded["specifications"] == 90
    assert (recorded["pub_wald_holds"], recorded["pub_wald_ways"]) == (16, 16)
    assert (recorded["pub_hk_holds"], recorded["pub_hk_ways"]) == (3, 15)
    # "all of them on the log scale"
    assert recorded["pub_hk_scale"] == "log"
    assert (recorded["pub_value_every"], recorded["pub_value_none"]) == (35, 45)
    assert 35 < recorded["pub_agree_below"] < 40 < 42 < recorded["pub_agree_above"] < 45
    # the cohorts that the reconstruction found, not the five
    assert (recorded["egger_cohorts_orr"], recorded["egger_cohorts_cr"]) == (11, 12)
    found = [recorded[f"found_{name}"] for name in ("orr", "orr_spread", "cr", "cr_spread")]
    assert found == pytest.approx([75, 33, 41, 16.5], abs=1.5)
    missed = [recorded[f"missed_{name}"] for name in ("orr", "orr_spread", "cr", "cr_spread")]
    assert missed == pytest.approx([100 - f for f in found])
    assert recorded["power_missed"] == pytest.approx(73, abs=1.5)
    # "where a false alarm comes five times in a hundred"
    assert recorded["power_none"] == pytest.approx(5, abs=0.6)
    assert recorded["power_ten"] > 1.7 * recorded["power_none"]
    # "about a quarter", though no trial is special
    assert recorded["zero_by_deletion"] == pytest.approx(27, abs=1.5)
    assert recorded["pub_width_all"] > recorded["pub_width_two"]
    assert f"{recorded['pub_rest_lowest']:.1f}" == "49.5"
    assert recorded["pub_cells_moved"] < 0.5


SETTINGS = [
    {"outcome": "ORR", "population": "after CAR-T monotherapy"},
    {
        "outcome": "CR", "population": "after CAR-T combination", "transform": "logit",
        "method": "REML", "ci": "hksj", "threshold": 30.0, "prior_mean": "sceptical",
        "prior_spread": "little spread",
    },
    {
        "outcome": "ORR", "population": "CAR-T-naive", "transform": "glmm",
        "method": "common", "threshold": 99.0, "prior_mean": "Jeffreys",
        "prior_spread": "any spread",
    },
]


@pytest.mark.parametrize("parameters", SETTINGS, ids=lambda p: p["population"])
def test_other_settings_give_the_right_other_result(run, root, parameters):
    # the built book holds the page with its default settings
    built = root / "_build/executed/bispecifics/robustness.ipynb"
    default = parameters is SETTINGS[0] and built.is_file()
    recorded = read_recorded(built if default else run(**parameters))
    data = counts(parameters["outcome"], parameters["population"])
    given = {n: parameters[n] for n in ("transform", "method", "ci") if n in parameters}
    result = proportions.pool(*data, **given)
    for name in ("estimate", "lower", "upper", "tau2", "i2", "q"):
        assert recorded[name] == pytest.approx(getattr(result, name), abs=1e-12), name
    ways = proportions.pool_all_ways(*data)
    above = parameters.get("threshold", 40.0) / 100
    assert recorded["ways"] == len(ways)
    assert recorded["ways_holding"] == sum(r.lower > above for r in ways)
    assert recorded["not_holding"] == len(ways) - recorded["ways_holding"]
    stated = f'<th scope="row">{100 * above:g} %</th>'
    count = f'<td class="num">{recorded["ways_holding"]} of {len(ways)}</td>'
    pages = displayed(built if default else run(**parameters), "text/html")
    assert any(stated + count in page for page in pages), (stated, count)
    for scale in ("freeman-tukey", "raw"):
        p = proportions.egger_test(*data, transform=scale).p_slope
        assert recorded[f"p_egger_{scale.replace('-', '_')}"] == pytest.approx(p, abs=1e-12)
    assert recorded["p_peters_logit"] == pytest.approx(
        proportions.peters_test(*data).p_slope, abs=1e-12
    )
    scale = "logit" if result.transform == "glmm" else result.transform
    method = given.get("method", "DL")
    diagnostics = proportions.influence(*data, transform=scale, method=method)
    assert recorded["influential"] == diagnostics.influential.sum()
    posterior = proportions.beta_binomial(
        *data,
        prior_mean=proportions.PRIOR_MEANS[parameters.get("prior_mean", "uniform")],
        prior_spread=proportions.PRIOR_SPREADS[parameters.get("prior_spread", "moderate spread")],
    )
    assert recorded["bayes_lower"] == pytest.approx(posterior.lower, abs=1e-12)
    assert recorded["bayes_new_upper"] == pytest.approx(posterior.new_upper, abs=1e-12)
    published_values_do_not_move(recorded)


@pytest.fixture(scope="module")
def hostile(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "mine.csv"
    path.write_text(HOSTILE, encoding="utf-8")
    return run(trials=str(path), outcome="CR", transform="glmm")


def test_own_trials_with_hostile_names_and_one_trial_with_events(hostile):
    """Only one trial has events: the binomial-normal pool without it has no estimate."""
    recorded = read_recorded(hostile)
    assert recorded["k"] == 3
    assert recorded["estimate"] == pytest.approx(
        proportions.pool([11, 0, 0], [31, 18, 40], transform="glmm").estimate
    )
    assert recorded["steps"] == 2
    published_values_do_not_move(recorded)
    pages = displayed(hostile, "text/html")
    assert any("&lt;b&gt;Centre&lt;/b&gt;" in page for page in pages)
    assert not any("<b>Centre" in page for page in pages)
    assert any("own</b>: computed here from the reader" in page for page in pages)
    left_out = next(page for page in pages if "the pool without each trial" in page)
    first = '<th scope="row">&lt;b&gt;Centre&lt;/b&gt; $x^$ 1</th><td class="num">–</td>'
    assert first in left_out


def test_two_trials_without_any_event_run_to_the_end(run, tmp_path):
    path = tmp_path / "two.csv"
    path.write_text(TWO_NAIVE, encoding="utf-8")
    executed = run(trials=str(path), population="CAR-T-naive", threshold=1.0)
    recorded = read_recorded(executed)
    assert recorded["k"] == 2
    assert recorded["influential"] == recorded["steps"] == 0
    assert math.isnan(recorded["filled_span"])
    assert math.isnan(recorded["p_egger_arcsine"])
    assert recorded["ways"] == 60
    assert 0 < recorded["bayes_upper"] < 0.3
    said = " ".join(displayed(executed, "text/markdown"))
    assert "Too few trials to leave one out." in said
    assert "Fewer than two trials have a year." in said
    assert "No test can be done. All the trials have the same share" in said
    assert "No test of small-study effects could be done." in said
    published_values_do_not_move(recorded)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"outcome": "XYZ", "threshold": 0.4},
            "outcome is 'XYZ'; allowed: 'ORR' or 'CR'. threshold is 0.4; it must be a number "
            "from 1 to 99.",
        ),
        ({"prior_mean": "flat", "ci": "hksj"}, "prior_mean is 'flat'; allowed: 'uniform', 'Jeff"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("orr_events", "orr", "The column orr_events is missing"),
        ("40,21,0", "40,52.5,0", r"Line 5 \(Centre 4\), orr_events: '52.5'"),
    ],
)
def test_a_bad_table_is_named(run, tmp_path, old, new, words):
    path = tmp_path / "mine.csv"
    path.write_text(HOSTILE.replace(old, new), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match=words):
        run(trials=str(path))


def test_exercise_stubs_ask_and_right_answers_pass(run, hostile):
    for executed in (run(**SETTINGS[1]), hostile):
        text = [
            "".join(output["text"])
            for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
            for output in cell.get("outputs", ())
            if output["output_type"] == "stream" and output["name"] == "stdout"
        ]
        assert sum(line.startswith("Not answered yet") for line in text) == 3
        recorded = read_recorded(executed)
        for name, within in EXERCISES.items():
            value = recorded[name]
            assert not math.isnan(value)
            assert check_number(round(value, 2), value, within=within, hint="") == "Right."
            wrong = check_number(value + 3 * within, value, within=within, hint="")
            assert wrong.startswith("Not yet")


def test_parameters_name_all_that_is_allowed(root):
    cells = json.loads((root / CHAPTER).read_text(encoding="utf-8"))["cells"]
    source = "".join(
        next(c for c in cells if "parameters" in c["metadata"].get("tags", []))["source"]
    )
    comments = dict(line.split("  # ") for line in source.splitlines())
    comments = {key.split(":")[0]: text for key, text in comments.items()}
    allowed = {
        "outcome": tables.OUTCOMES,
        "population": tables.POPULATIONS,
        "transform": proportions.TRANSFORMS,
        "method": proportions.METHODS,
        "ci": proportions.CI_METHODS,
        "prior_mean": proportions.PRIOR_MEANS,
        "prior_spread": proportions.PRIOR_SPREADS,
    }
    assert set(comments) == {*allowed, "threshold", "trials"}
    for name, choices in allowed.items():
        for choice in choices:
            assert choice in comments[name], (name, choice)
