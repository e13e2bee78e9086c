"""Finish the site when Sphinx has written it: repairs, each page's policy, weight, then styles."""

from pathlib import Path

from content_policy import with_policy
from page_styles import with_styles
from slim_assets import slim
from theme_repairs import repaired


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    # what can be downloaded has a policy of its own
    apart = {"_static", "_sources", "_downloads"}
    pages = [p for p in sorted(site.rglob("*.html")) if not apart & set(p.relative_to(site).parts)]
    for path in pages:
        html = repaired(path.read_text(encoding="utf-8"), search=path == site / "search.html")
        path.write_text(with_policy(html), encoding="utf-8")
    slim(site)
    # the e-book's own
    (site / "_static/ebook.css").unlink()
    with_styles(site, pages)


def setup(app):
    # after all that writes or copies files
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
