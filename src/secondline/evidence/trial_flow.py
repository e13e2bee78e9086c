"""The flow of patients through ZUMA-7, as far as four documents print it."""

from dataclasses import dataclass
from functools import cache

import pandas as pd

from secondline.claims import get_claim
from secondline.csvfiles import keyed_rows
from secondline.errors import InputError
from secondline.intervals import counts_from_percentage, decimals, whole_number
from secondline.paths import project_root

COLUMNS = ("id", "arm", "row", "box", "label", "status", "how", "claims", "note")
NOT_TRANSPLANTED = "guide-soc-not-transplanted"
STATUSES = ("printed", "derived", "assumed", "not printed")
ARMS = ("both", "axi-cel", "SOC")


@dataclass(frozen=True)
class FlowItem:
    """One number of the flow.

    Attributes
    ----------
    id, arm, label : str
        `arm` is "both", "axi-cel" or "SOC".
    counts : tuple of int
        Every number of patients that fits what is printed, ascending; empty where
        nothing is printed.
    status : {"printed", "derived", "assumed", "not printed"}
    claims : tuple of str
        Ids in ``seeds/``.
    note : str
    row : int
        Its place from the top.
    box : bool
        Whether the picture shows it.
    """

    id: str
    arm: str
    label: str
    counts: tuple[int, ...]
    status: str
    claims: tuple[str, ...]
    note: str
    row: int
    box: bool

    @property
    def text(self) -> str:
        """The number in words: ``116 or 117``, or ``?``."""
        if not self.counts:
            return "?"
        first, last = self.counts[0], self.counts[-1]
        if len(self.counts) > 2:
            return f"{first} to {last}"
        return f"{first}" if first == last else f"{first} or {last}"


@dataclass(frozen=True)
class TrialFlow:
    """All numbers of the flow, in the order of the file."""

    items: tuple[FlowItem, ...]

    def __getitem__(self, name: str) -> FlowItem:
        return next(item for item in self.items if item.id == name)

    def n(self, name: str) -> int:
        """Return a number that is known as one."""
        (count,) = self[name].counts
        return count


@dataclass(frozen=True)
class ArmBounds:
    """How many patients the arms can have had, by the printed counts alone."""

    randomised: int
    axi_cel_lowest: int
    axi_cel_highest: int

    @property
    def splits(self) -> int:
        """How many sizes of the axi-cel arm are possible."""
        return self.axi_cel_highest - self.axi_cel_lowest + 1

    @property
    def even(self) -> tuple[int, int]:
        """The two arm sizes nearest to a half each; equal if the total is even."""
        return self.randomised // 2, self.randomised - self.randomised // 2


@dataclass(frozen=True)
class SingleCause:
    """What must hold if every missed transplant was for lack of response.

    Attributes
    ----------
    without_transplant : tuple of int
        Counts that round to the printed percentage.
    known, known_without_response : int
        Patients of the SOC arm whose response is printed, and those without one.
    others : int
        The rest of the arm.
    needed : tuple of int
        How many of the others must have had no response.
    """

    without_transplant: tuple[int, ...]
    known: int
    known_without_response: int
    others: int
    needed: tuple[int, ...]

    @property
    def known_share(self) -> float:
        """Share without response among those known."""
        return self.known_without_response / self.known

    @property
    def needed_share(self) -> float:
        """Smallest share that is needed among the others; infinite if there are none."""
        return self.needed[0] / self.others if self.others else float("inf")

    @property
    def possible(self) -> bool:
        """Whether there are enough others."""
        return self.needed[0] <= self.others


@cache
def arm_bounds() -> ArmBounds:
    """Return the arm sizes that the printed counts allow.

    No arm is smaller than a number of its own patients that is printed: axi-cel patients
    with LDH, SOC patients with a response category.
    """
    axi_cel, soc = _printed("tme-fig5-d-zuma7-n"), sum(map(_printed, SOC_RESPONSES))
    randomised = _printed("tme-methods-randomised-n")
    return ArmBounds(randomised, axi_cel, randomised - soc)


SOC_RESPONSES = (
    "tme-fig1-c-soc-ongoing-n",
    "tme-fig1-c-soc-relapsed-n",
    "tme-fig1-c-soc-no-response-n",
)


def trial_flow(axi_cel_n: int = 180) -> TrialFlow:
    """Return the flow of ZUMA-7 for an assumed size of the axi-cel arm.

    Parameters
    ----------
    axi_cel_n : int
        Patients randomised to axi-cel; not printed.

    Raises
    ------
    InputError
        If the printed counts exclude the size, or a row of ``data/zuma7_flow.csv``
        cannot be used.
    """
    bounds = arm_bounds()
    if axi_cel_n not in range(bounds.axi_cel_lowest, bounds.axi_cel_highest + 1):
        raise InputError(
            f"axi_cel_n is {axi_cel_n!r}; by the printed counts it must be a whole number from "
            f"{bounds.axi_cel_lowest} to {bounds.axi_cel_highest}."
        )
    found: dict[str, FlowItem] = {}
    for where, values in keyed_rows(project_root() / "data" / "zuma7_flow.csv", COLUMNS):
        for name, allowed in (("arm", ARMS), ("status", STATUSES), ("box", ("yes", "no"))):
            if values[name] not in allowed:
                raise InputError(f"{where}: {name} is {values[name]!r}; allowed: {allowed}.")
        claims = tuple(get_claim(claim).id for claim in values["claims"].split())
        found[values["id"]] = FlowItem(
            values["id"], values["arm"], values["label"],
            _counts(values["how"], claims, found, axi_cel_n, where), values["status"],
            claims, values["note"], int(values["row"]), values["box"] == "yes",
        )  # fmt: skip
    return TrialFlow(tuple(found.values()))


def single_cause(flow: TrialFlow) -> SingleCause:
    """Return what must hold if all missed transplants were for lack of response."""
    known, none = flow.n("soc_known"), flow.n("soc_none")
    without = flow["not_transplanted"].counts
    return SingleCause(
        without, known, none, flow.n("soc") - known, tuple(max(0, n - none) for n in without)
    )


def smallest_group(printed: str) -> int:
    """Return the smallest number of patients of whom a share is printed as this percentage.

    Parameters
    ----------
    printed : str
        The percentage without its sign, with its trailing zeros.

    Raises
    ------
    InputError
        If the text is not a number or exceeds 100.

    Examples
    --------
    >>> smallest_group("84.6"), smallest_group("66.7")
    (13, 3)
    """
    # with as many patients as the digits can tell apart, every percentage can be had
    finest = 100 * 10 ** decimals(printed)
    for n in range(1, finest + 1):
        if counts_from_percentage(printed, n):
            return n
    raise InputError(f"{printed!r} is no percentage of a group; it must be from 0 to 100.")


def trial_flow_page(flow: TrialFlow) -> pd.DataFrame:
    """Return every number of the flow as text: arm, what, how many, its status, where."""
    return pd.DataFrame(
        {
            "Patients": f"{item.label}, {'both arms' if item.arm == 'both' else item.arm}",
            "Number": item.text,
            "Status": item.status,
            "Where": "; ".join(dict.fromkeys(get_claim(c).locator for c in item.claims)) or "–",
            "Note": item.note or "–",
        }
        for item in flow.items
    )


def flow_findings_page(flow: TrialFlow) -> pd.DataFrame:
    """Return what follows from the numbers of the flow: the sum, and its reading."""
    cause, bounds, n = single_cause(flow), arm_bounds(), flow.n
    rows = [
        (
            "Arm sizes",
            f"axi-cel from {bounds.axi_cel_lowest} to {bounds.axi_cel_highest}: {bounds.splits} "
            "splits fit",
            "Not printed, and hardly bounded by what is.",
        ),
        (
            "One to one",
            f"{n('randomised')} = {bounds.even[1]} + {bounds.even[0]}",
            "An odd number has no equal halves; which arm has one more is a guess.",
        ),
        (
            "Safety set of both arms",
            f"axi-cel {n('ldh')} with LDH, SOC {n('soc_known')} with a response category, against "
            f"{n('safety')}",
            "Cannot hold both arms as it is defined; fits axi-cel alone.",
        ),
        (
            "Gene expression",
            f"{n('hgbl')} + {n('non_hgbl')} = {n('by_disease')}",
            f"The {n('expression')} printed. More than the safety set of {n('safety')} that the "
            "samples are said to come from.",
        ),
        (
            "Cell of origin",
            f"{n('by_origin')} of {n('expression')}",
            f"Without one: {n('expression') - n('by_origin')}; no reason is given.",
        ),
        (
            "Time of biopsy",
            f"{n('by_timing')} of {n('expression')}",
            f"Without one: {n('expression') - n('by_timing')}.",
        ),
        (
            "Response category",
            f"{n('axi_cel_known')} + {n('soc_known')} = {n('by_response')} of {n('expression')}",
            f"Without one: {n('without_response')}; the three groups leave out whoever had no "
            "assessment.",
        ),
        (
            "How much of each arm",
            f"axi-cel {_percent(n('axi_cel_known'), n('axi_cel'))}, "
            f"SOC {_percent(n('soc_known'), n('soc'))} (arm sizes assumed)",
            "The biomarker groups are not the arms, and not cut from them evenly.",
        ),
        (
            "Missed transplants",
            f"{get_claim(NOT_TRANSPLANTED).value} % of {n('soc')} is "
            f"{flow['not_transplanted'].text}",
            f"No response in {cause.known_without_response} of the {cause.known} that are known "
            f"({_percent(cause.known_without_response, cause.known)}).",
        ),
    ]
    return pd.DataFrame(rows, columns=["Number", "Sum", "Reading"])


def single_cause_sentences(flow: TrialFlow) -> str:
    """Return what "65 % for lack of response" asks of the patients without a printed response."""
    cause = single_cause(flow)
    needed = " or ".join(dict.fromkeys(map(str, cause.needed)))
    if not cause.possible:
        needed = (
            f"at least {cause.needed[0]} of the {cause.others} others must have had no response"
        )
    else:
        needed = f"{needed} of the other {cause.others} must have had no response"
    text = (
        f"With {flow.n('soc')} patients in the SOC arm, {flow['not_transplanted'].text} had no "
        f"transplant. Of the {cause.known} whose response is printed, "
        f"{cause.known_without_response} had none "
        f"({100 * cause.known_share:.0f} %). If lack of response was the only cause, {needed} "
        "either"
    )
    if not cause.possible:
        return text + ", more than there are. So there were other causes."
    return text + (
        f" ({100 * cause.needed_share:.0f} %). That can be: patients who were never assessed may "
        "be among them. But it is not printed, and some who responded may have relapsed, fallen "
        "ill or refused before a transplant."
    )


def _counts(how, claims, found, axi_cel_n, where) -> tuple[int, ...]:
    way, *names = how.split()
    try:
        if way == "none":
            return ()
        if way == "setting":
            return (axi_cel_n,)
        if way == "claim":
            # several claims give the same number
            return tuple(sorted({_printed(claim) for claim in claims}))
        if way == "claims":
            return (sum(_printed(claim) for claim in claims),)
        if way == "sum":
            return (sum(_one(found[name]) for name in names),)
        if way == "rest":
            whole = _one(found[names[0]])
            return tuple(sorted(whole - n for n in found[names[1]].counts))
        if way == "share":
            return counts_from_percentage(get_claim(names[1]).value, _one(found[names[0]]))
    except (KeyError, IndexError, ValueError) as error:
        raise InputError(f"{where}: {how!r} cannot be computed: {error}.") from error
    raise InputError(
        f"{where}: how is {how!r}; it begins with claim, claims, setting, sum, rest, share or none."
    )


def _printed(claim: str) -> int:
    return whole_number(get_claim(claim).value)


def _one(item: FlowItem) -> int:
    (count,) = item.counts
    return count


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
