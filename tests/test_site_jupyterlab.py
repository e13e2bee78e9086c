"""Chapters opened in JupyterLab in a real browser: Run All comes to its end."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import ROOT

CHAPTERS = ("bispecifics/pooled-response", "zuma7/efficacy")


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    """A JupyterLab on copies of the chapters; gives its address and its folder."""
    home = tmp_path_factory.mktemp("lab")
    for chapter in CHAPTERS:
        # the name says what was not run in place: the book's own notebooks keep no outputs
        shutil.copy2(ROOT / f"book/{chapter}.ipynb", home / f"{chapter.replace('/', '-')}.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    log = (home / "log").open("w")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
            "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={home}", "--LabApp.news_url=", "--LabApp.check_for_updates_class="
            "jupyterlab.NeverCheckForUpdate",
        ],
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(home / "config"), "HOME": str(home)},
        stdout=log, stderr=subprocess.STDOUT, cwd=home,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.2)
        yield address, token, home
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_run_all_finishes_without_an_error(browser, lab, chapter):
    address, token, home = lab
    file = home / f"{chapter.replace('/', '-')}.ipynb"
    cells = json.loads(file.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(120_000)
    try:
        page.goto(f"{address}/lab/tree/{file.name}?reset&token={token}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        # before the kernel answers, Run All would run nothing
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        done = _saved(page, file)
    finally:
        page.close()
    kinds = [output["output_type"] for cell in done for output in cell["outputs"]]
    assert "error" not in kinds
    assert "display_data" in kinds
    assert [cell["execution_count"] for cell in done] == list(range(1, len(code) + 1))


def _saved(page, file) -> list[dict]:
    """Save until the file has every code cell run, or an error; return these cells."""
    for _ in range(240):
        page.keyboard.press("Control+s")
        time.sleep(0.5)
        try:
            cells = json.loads(file.read_text("utf-8"))["cells"]
        except ValueError:
            continue  # JupyterLab is writing it
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        kinds = [output["output_type"] for cell in code for output in cell["outputs"]]
        if "error" in kinds or all(cell["execution_count"] for cell in code):
            return code
    raise AssertionError("not all cells were run after two minutes")
