"""The small pictures of the home page, from claims and from what chapters recorded."""

import io
from pathlib import Path

from secondline.chapters.notebooks import write_whole
from secondline.claims import get_claim
from secondline.figures.style import ARM_COLOURS, BLUE, GREY, RC
from secondline.figures.thumbnails import Row, small_picture
from secondline.prognosis import groups

NAN = float("nan")


def write_pictures(folder: Path, results: dict[str, dict]) -> None:
    """Write the home page's pictures.

    Parameters
    ----------
    folder : Path
    results : dict
        Chapter to what it recorded.
    """
    import matplotlib as mpl

    with mpl.rc_context(RC):
        for name, figure in pictures(results).items():
            buffer = io.BytesIO()
            # without a date two builds give the same bytes
            figure.savefig(buffer, format="svg", metadata={"Date": None})
            write_whole(folder / f"{name}.svg", buffer.getvalue())


def pictures(results: dict[str, dict]) -> dict:
    """Return each picture by its name."""
    pooled = results["bispecifics/pooled-response"]
    low, high = (float(v) for v in get_claim("bsab-pool-mono-orr").interval.split(" to "))
    return {
        "zuma7": small_picture(
            [Row(arm, _number(f"tme-intro-efs-24m-{end}"), colour=ARM_COLOURS[arm])
             for arm, end in (("axi-cel", "axi"), ("SOC", "soc"))],
            "% free of an event at two years", bars=True, provenance="published",
        ),
        "tme": small_picture(
            [Row(arm, _number(claim), colour=ARM_COLOURS[arm])
             for arm, claim in (("axi-cel", "tme-bcell-ges-efs-axi-p"),
                                ("SOC", "tme-abstract-bcell-ges-efs-soc-p"))],
            "P for the B cell signature", limits=(1e-4, 1), log=True, line=0.05,
            provenance="published",
        ),
        "partial-response": small_picture(
            [Row(g.name, _number(f"prr-bock-os2-{end}"), 100 * g.lower, 100 * g.upper,
                 BLUE if end == "pr" else GREY)
             for g, end in zip(groups("LEO"), ("ppd", "pr", "early"), strict=True)],
            "% alive at two years, if of LEO", provenance="recomputed",
        ),
        "bispecifics": small_picture(
            [Row("pooled", _number("bsab-pool-mono-orr"), low, high, BLUE),
             Row("a new trial", NAN, pooled["mono_orr_prediction_lower"],
                 pooled["mono_orr_prediction_upper"], GREY)],
            "% with a response", provenance="recomputed",
        ),
    }  # fmt: skip


def _number(name: str) -> float:
    claim = get_claim(name)
    return float(claim.value or claim.p)
