"""Finish the site when Sphinx has written it: repairs, then each page's policy, then weight."""

from pathlib import Path

from content_policy import with_policy
from slim_assets import slim
from theme_repairs import repaired


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    for path in sorted(site.rglob("*.html")):
        # what can be downloaded has a policy of its own
        if not {"_static", "_sources", "_downloads"} & set(path.relative_to(site).parts):
            html = repaired(path.read_text(encoding="utf-8"), search=path == site / "search.html")
            path.write_text(with_policy(html), encoding="utf-8")
    slim(site)


def setup(app):
    # after all that writes or copies files
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
