"""When, how fast and with what the chapters of a site were executed, as tables of a page."""

from html import escape

from secondline.chapters.html import about_table
from secondline.chapters.project import ChapterRun

# what computes, draws, executes and builds; all others stand in a folded list
MAIN_PACKAGES = (
    "numpy", "scipy", "pandas", "statsmodels", "lifelines", "scikit_learn", "matplotlib",
    "ipykernel", "papermill", "jupyter_book", "sphinx", "sphinx_book_theme",
)  # fmt: skip
STATES = {"run": "executed", "cached": "stored"}


def status_tables(runs: list[ChapterRun]) -> str:
    """Return the tables of the status page as HTML.

    Parameters
    ----------
    runs : list of ChapterRun
        Of a whole build, in reading order; none a page without code.
    """
    manifests = [run.entry.manifest for run in runs]
    rows = [
        (
            f'<a href="../{run.name}.html">{escape(run.title)}</a>',
            f"<time datetime={made['started']!r}>{_moment(made['started'])}</time>",
            f"{made['seconds']:.1f}",
            STATES[run.status],
            len(made["data"]),
            f"<code>{escape(made['commit'][:9] or 'unknown')}{'+' * made['commit'].endswith('+')}</code>",
        )
        for run, made in zip(runs, manifests, strict=True)
    ]
    total = sum(made["seconds"] for made in manifests)
    chapters = about_table(
        f"{len(runs)} chapters, {total:.0f} seconds of execution in all",
        ("Chapter", "Executed (UTC)", "Seconds", "State", "Files read", "Commit"),
        rows,
    )
    return f"{chapters}\n{_packages(manifests)}\n"


def speed_tables(rows: list[dict[str, str]], runs: list[ChapterRun]) -> str:
    """Return the benchmark of re-execution as HTML, one table a chapter.

    Parameters
    ----------
    rows : list of dict
        As ``tests/benchmarks/re_execution.py`` writes them.
    runs : list of ChapterRun
        The book's chapters, for their titles.
    """
    known = {run.name: run for run in runs}
    tables = []
    for chapter in dict.fromkeys(row["chapter"] for row in rows):
        own = [row for row in rows if row["chapter"] == chapter]
        rounds = f"{own[0]['rounds']} round{'s' * (own[0]['rounds'] != '1')}"
        tables.append(about_table(
            f"{own[0]['variants']} variants of \u201c{known[chapter].title}\u201d: medians of "
            f"{rounds} in one run",
            ("Way", "Cores", "Seconds", "Processor seconds", "Times as long as the sweep"),
            [
                (escape(row["way"]), row["cores"], row["seconds"], row["cpu_seconds"],
                 row["times_the_sweep"])
                for row in own
            ],
        ))  # fmt: skip
    return "\n".join(tables)


def _packages(manifests: list[dict]) -> str:
    # the versions are part of what a chapter is kept under, so that all have the same
    made = manifests[0]
    packages = made["packages"]
    main = [(name.replace("_", "-"), packages[name]) for name in MAIN_PACKAGES if name in packages]
    rows = [("Python", made["python"]), ("system", made["platform"]), *main]
    rows.append(("lock file, SHA-256", f"<code>{made['lock_sha256'][:16]}</code>"))
    others = ", ".join(
        f"{escape(name)} {escape(version)}" for name, version in packages.items()
        if name not in MAIN_PACKAGES
    )  # fmt: skip
    return (
        about_table("Versions that all chapters were executed with", ("What", "Version"), rows)
        + f"<details><summary>All other packages</summary><p>{others}</p></details>"
    )


def _moment(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")[:16]
