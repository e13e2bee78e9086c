"""The chapter on prognosis, re-executed under other readings, and with mistakes."""

import pytest
from conftest import displayed, exercises_hold, run_in_process

from secondline import prognosis
from secondline.chapters import read_recorded
from secondline.errors import InputError

CHAPTER = "book/partial-response/prognosis.ipynb"


def invariants(recorded, *, cohort="LEO", level=0.95, power=0.8, end=6.0, after=6.0, **_):
    for name in prognosis.COHORTS:
        found = prognosis.groups(name, level=level)
        assert recorded["intervals"][name] == [[g.lower, g.upper] for g in found]
        pairs = prognosis.comparisons(name, level=level, power=power)
        assert recorded["p"][name] == [c.two.p for c in pairs]
    assert recorded["needed"] == [c.needed for c in prognosis.comparisons("both", power=power)]
    group = prognosis.groups(cohort, level=level)[1]
    assert recorded["reach"] == pytest.approx(100 * (group.upper - 0.58))
    pr, early = (g.share for g in prognosis.groups("both")[1:])
    assert recorded["same_percent"] == pytest.approx(
        100 * prognosis.share_with_same_hazard(pr, end, end + after)
    )
    # at the month that explains it, the model gives the printed share
    assert prognosis.share_with_same_hazard(
        pr, end, recorded["explains"]
    ) == pytest.approx(early)  # fmt: skip
    # what the bottom line says does not move
    assert (recorded["pr_both"], recorded["early_both"]) == (106, 149)
    assert recorded["leo_p"] < 0.05 < recorded["mer_p"]
    # by each cohort's own shares progression is worst, and the other two are not told apart
    assert max(recorded["own_leo_p"], recorded["own_mer_p"]) < 0.05
    assert all(p[0] < 0.05 and p[1] < 0.05 and p[2] > 0.2 for p in recorded["own_p"].values())
    assert recorded["leo_share"] == pytest.approx(11.18, abs=0.005)
    assert min(recorded["alike_below"], recorded["alike_upper"]) > 0
    assert recorded["alike_needed"] > recorded["early_both"]


def test_the_page_as_it_stands(run):
    executed = run()
    recorded = read_recorded(executed)
    invariants(recorded)
    # what the prose says: of MER not beyond chance, of LEO and of both beyond it
    worst = {name: p[0] for name, p in recorded["p"].items()}
    assert worst["LEO"] < 0.05 and worst["both"] < 0.05 < worst["MER"]
    assert 9 < recorded["explains"] < 11
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert len(tables) == 5
    assert all("recomputed" in page for page in tables)


@pytest.mark.parametrize(
    "settings",
    [
        {"cohort": "MER", "margin": 30.0},
        {"cohort": "both", "level": 0.8, "power": 0.9},
        {"end_of_treatment": 4.0, "relapse_after": 12.0, "margin": 5.0},
    ],
)
def test_other_settings_give_the_right_other_result(run, settings):
    names = {"end_of_treatment": "end", "relapse_after": "after"}
    invariants(
        read_recorded(run(**settings)), **{names.get(k, k): v for k, v in settings.items()}
    )


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"cohort": "Mayo"}, "cohort is 'Mayo'; allowed: 'MER', 'LEO' or 'both'."),
        ({"margin": 0.0, "power": 1.0}, "power is 1.0; it must be a number from 0.5 to 0.99."),
        ({"relapse_after": 13.0}, "relapse_after is 13.0; it must be a number from 0.5 to 12."),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"cohort": "MER", "relapse_after": 2.0}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    exercises_hold(run(**settings), {"reach": 0.5, "missed": 1.0, "same_percent": 0.5})
