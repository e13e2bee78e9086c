"""What a checklist for trials without a comparison would ask, and what the review answers.

The questions are this book's, grouped after two published instruments: the JBI
checklist for case series (Munn 2020) and MINORS (Slim 2003). A question that the
review leaves open is answered "not stated"; the trials' own reports were not read.
"""

from dataclasses import dataclass

import pandas as pd

from secondline.evidence.reporting import reporting_map
from secondline.intervals import percentage_agrees
from secondline.survival import DURATIONS, classify_medians
from secondline.tables import read_trials


@dataclass(frozen=True)
class Question:
    """A question of appraisal and the review's answer for all trials alike.

    Attributes
    ----------
    ask : str
    asked_by : str
        The instruments that ask something of this kind.
    answer : str
        "yes", "partly" or "not stated"; empty where the trials differ.
    because : str
        What the review says, and what it does not.
    """

    ask: str
    asked_by: str
    answer: str
    because: str


CHECKLIST = (
    Question("Is it clear who could enter?", "JBI", "not stated",
             "The review gives its own criteria, not those of the trials."),
    Question("Was the disease established in the same way in all?", "JBI", "partly",
             "Histological proof is a criterion of the review; how it was had is not said."),
    Question("Were patients entered one after the other, and all of them counted?",
             "JBI, MINORS", "not stated",
             "Some cohorts are parts of a larger trial; who was left out is not said."),
    Question("Were data collected forwards in time?", "MINORS", "yes",
             "Prospective trials only, by a criterion of the review."),
    Question("Are the patients and the sites described?", "JBI", "partly",
             "Prior lines for each; ages only as one range; sites and stages not at all."),
    Question("Does the endpoint fit the aim?", "MINORS", "partly",
             "Best response is defined by no named criteria and no time."),
    Question("Was the endpoint judged by someone else than the treating doctors?",
             "MINORS", "partly",
             "Said of the primary endpoint of all trials; of no single rate in the tables."),
    Question("Is it known how many were lost from view?", "MINORS", "not stated",
             "The risk is called minimal; no number is given."),
    Question("Was the number of patients planned?", "MINORS", "not stated",
             "Nothing is said, and cohorts after CAR-T are often subgroups."),
)  # fmt: skip


def appraisal_of_all() -> pd.DataFrame:
    """Return the questions that the review answers, or leaves open, for all trials alike."""
    return pd.DataFrame(
        {
            "Question": q.ask,
            "Asked by": q.asked_by,
            "From the review": q.answer,
            "Because": q.because,
        }
        for q in CHECKLIST
    )


def appraisal_by_trial() -> pd.DataFrame:
    """Return the questions to which the published tables give each trial its own answer.

    Returns
    -------
    DataFrame
        One row a trial, text for the page: whether the cohort is a part of a trial that
        also treated others, how many of the six outcomes are reported, whether follow-up
        covers the printed medians, and whether counts agree with percentages.
    """
    trials = read_trials()
    exposed = trials[trials["prior_car_t"] == "yes"]
    naive = set(trials.loc[trials["prior_car_t"] == "no", "trial"])
    cells = reporting_map(exposed)
    beyond = {name: classify_medians(exposed, name)["beyond"] for name in DURATIONS}
    rows = []
    for index, c in exposed.iterrows():
        mine = cells[(cells["trial"] == c["trial"])]
        said = int((mine["status"] != "not reported").sum())
        late = [name for name in DURATIONS if beyond[name][index]]
        wrong = [
            outcome
            for outcome in ("ORR", "CR")
            if pd.notna(events := c[f"{outcome.lower()}_events"])
            and not percentage_agrees(events, c["n"], c[f"{outcome.lower()}_printed"])
        ]
        covered = "yes" if not late else f"no: {', '.join(late)}"
        medians = mine["outcome"].isin(DURATIONS) & (mine["status"] != "not reported")
        rows.append(
            {
                "Trial": c["trial"],
                "Peer-reviewed": "yes" if c["publication"] == "article" else "no, abstract",
                "Whole trial or part": "part" if c["trial"] in naive else "not stated",
                "Outcomes reported": f"{said} of {len(mine)}",
                "Follow-up covers medians": covered if medians.any() else "–",
                "Counts and percentages agree": "yes" if not wrong else f"no: {', '.join(wrong)}",
            }
        )
    return pd.DataFrame(rows)
