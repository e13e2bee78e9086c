"""The chapter on transplant and CAR-T cells, re-executed under other assumptions, and with mistakes."""

import pytest
from conftest import displayed, exercises_hold, run_in_process

from secondline import prognosis
from secondline.chapters import read_recorded
from secondline.errors import InputError

CHAPTER = "book/partial-response/transplant-or-car-t.ipynb"


def invariants(recorded, *, outcome="relapse", lines_effect=2.0, node_effect=1.5, n_per_group=150,
               low_volume=0.5, reached=0.35, level=0.95):  # fmt: skip
    contrast = prognosis.registry_contrast(outcome, n_per_group, level=level)
    assert recorded["risk_ratio"] == pytest.approx(contrast.risk_ratio)
    assert recorded["limits"] == pytest.approx([contrast.lower, contrast.upper])
    assert recorded["limit_value"] == pytest.approx(contrast.e_value_limit)
    assert recorded["remaining"] == pytest.approx(
        prognosis.remaining_ratio(contrast, lines_effect, node_effect)
    )
    ends = prognosis.high_volume_range("cart", low_volume)
    assert [recorded["low_end"], recorded["high_end"]] == pytest.approx([100 * x for x in ends])
    assert recorded["of_started"] == pytest.approx(45 * reached)
    # what the bottom line says does not move
    assert recorded["e_relapse"] == pytest.approx(1.98, abs=0.005)
    assert recorded["e_death"] == pytest.approx(2.81, abs=0.005)
    assert recorded["explained"] == pytest.approx(99, abs=0.5)
    assert recorded["matched_printed"] == [False, False]
    # 20 and 25 of 45
    assert recorded["reach_low"] == pytest.approx(44.44, abs=0.01)
    assert recorded["reach_high"] == pytest.approx(55.56, abs=0.01)


def test_the_page_as_it_stands(run):
    executed = run()
    recorded = read_recorded(executed)
    invariants(recorded)
    assert min(recorded["matched_p"]) > 0.2
    # the interval of the matched groups reaches to both sides, as the prose says
    assert all(c.two.lower < 0 < c.two.upper for c in prognosis.matched_contrasts())
    # what the alternative text says of the curves
    explaining = prognosis.registry_contrast("relapse", 150).explaining
    assert 2 < explaining["lines"] < 3
    assert explaining["node"] > 6
    assert prognosis.remaining_ratio(prognosis.registry_contrast("relapse", 150), 1.85, 1.85) < 1
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert len(tables) == 3
    assert all("recomputed" in page for page in tables)
    assert len(displayed(executed, "image/svg+xml")) == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"outcome": "death", "lines_effect": 3.0, "level": 0.9},
        {"n_per_group": 40, "node_effect": 5.0, "low_volume": 0.8},
        {"reached": 0.0, "lines_effect": 10.0, "node_effect": 1.0},
    ],
)
def test_other_settings_give_the_right_other_result(run, settings):
    executed = run(**settings)
    invariants(read_recorded(executed), **settings)
    if settings.get("lines_effect") == 10.0:
        assert "more than all of it" in " ".join(displayed(executed, "text/html"))


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"outcome": "OS"}, "outcome is 'OS'; allowed: 'relapse' or 'death'."),
        ({"n_per_group": 10}, "n_per_group is 10; it must be a whole number from 20 to 2000."),
        ({"reached": 35}, "reached is 35; it must be a number from 0 to 1."),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"outcome": "death", "lines_effect": 3.0, "level": 0.9}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    recorded = read_recorded(executed)
    exercises_hold(
        executed,
        {"inflated": 0.02, "limit_value": 0.05, "from_the_start": 0.5, "times_as_many": 0.1},
    )
    assert recorded["inflated"] == pytest.approx(
        prognosis.bias_factor(0.67, 0.33, settings.get("lines_effect", 2.0))
    )
    assert recorded["from_the_start"] == pytest.approx(45 * 0.35 - 40.5)
    assert recorded["times_as_many"] == pytest.approx((3 + 17) / 3)
