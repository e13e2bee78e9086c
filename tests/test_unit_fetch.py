"""Fetching open data: pinned, resumed, refused; from a server on this machine."""

import hashlib
import re
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread

import pytest
from conftest import load_script

from secondline import external
from secondline.errors import InputError
from secondline.paths import data_folder

CONTENT = bytes(range(256)) * 1200  # five chunks


class Server:
    """Serves CONTENT at any path; `cut` bytes at most an answer, ranges or not, or a status."""

    def __init__(self):
        self.cut = None
        self.ranges = True
        self.status = None
        self.content = CONTENT
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("Range")
                outer.asked.append(asked)
                if outer.status:
                    self.send_error(outer.status)
                    return
                start = int(asked[6:].rstrip("-")) if asked and outer.ranges else 0
                body = outer.content[start:]
                if start and not body:
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if outer.cut is None else body[: outer.cut])

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/made.tsv"


@pytest.fixture
def server():
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def made(server):
    return external.ExternalFile(
        "made", "made.tsv", server.url, hashlib.sha256(CONTENT).hexdigest(), "page", "made data",
        "no terms", "nobody",
    )  # fmt: skip


@pytest.fixture
def command():
    return load_script("scripts/fetch.py")


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_downloaded_once_and_found_without_a_server(server, made, tmp_path):
    said = []
    folder = tmp_path / "new" / "folder"
    path = external.fetch(made, folder, said.append)
    assert path.read_bytes() == CONTENT
    assert left_in(folder) == ["made.tsv"]
    server.status = 500
    assert external.fetch(made, folder, said.append) == path
    assert server.asked == [None]
    assert "downloaded" in said[0]
    assert "already here" in said[1]


def test_a_cut_download_goes_on_where_it_ended(server, made, tmp_path):
    server.cut = 100_000
    come = [0]
    for _ in range(2):
        with pytest.raises(InputError, match="What has come is kept"):
            external.fetch(made, tmp_path)
        assert left_in(tmp_path) == ["made.tsv.part"]
        part = (tmp_path / "made.tsv.part").read_bytes()
        assert CONTENT.startswith(part)
        come.append(len(part))
        assert 80_000 < come[-1] - come[-2] <= 100_000
    server.cut = None
    assert external.fetch(made, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={come[1]}-", f"bytes={come[2]}-"]
    assert left_in(tmp_path) == ["made.tsv"]


def test_a_server_that_knows_no_ranges_gives_the_whole_again(server, made, tmp_path):
    (tmp_path / "made.tsv.part").write_bytes(CONTENT[:1000])
    server.ranges = False
    assert external.fetch(made, tmp_path).read_bytes() == CONTENT


def test_a_part_that_is_whole_already_is_taken(server, made, tmp_path):
    (tmp_path / "made.tsv.part").write_bytes(CONTENT)
    assert external.fetch(made, tmp_path).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("part", [b"", CONTENT[:1000], b"x" * 1000])
def test_a_wrong_hash_is_refused_and_nothing_is_saved(server, made, tmp_path, part):
    if part:
        (tmp_path / "made.tsv.part").write_bytes(part)
    server.content = CONTENT[:-1] + b"!" if part != b"x" * 1000 else CONTENT
    with pytest.raises(InputError, match="not the pinned version of made: its SHA-256 differs"):
        external.fetch(made, tmp_path)
    assert left_in(tmp_path) == []
    server.content = CONTENT
    assert external.fetch(made, tmp_path).read_bytes() == CONTENT


def test_another_file_in_its_place_is_left_alone(server, made, tmp_path):
    mine = tmp_path / "made.tsv"
    mine.write_text("my own work")
    with pytest.raises(InputError, match="left as it is; move it away"):
        external.fetch(made, tmp_path)
    assert mine.read_text() == "my own work"
    assert server.asked == []


def test_failures_are_sentences(server, made, tmp_path):
    server.status = 404
    with pytest.raises(InputError, match="the server answered 404 Not Found"):
        external.fetch(made, tmp_path)
    nobody = replace(made, url="http://127.0.0.1:9/made.tsv")
    with pytest.raises(InputError, match="there is no connection to the server, or it was cut"):
        external.fetch(nobody, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        external.fetch(made, tmp_path / "file" / "folder")


def test_locating_says_what_is_missing_and_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    assert not external.available("schmitz2018")
    with pytest.raises(InputError, match=r"fetch\.py schmitz2018 --accept-licence"):
        external.locate("schmitz2018")
    (tmp_path / external.FILES["schmitz2018"].file).write_text("cut")
    assert external.available("schmitz2018")
    assert external.missing("schmitz2018", "reddy2017") == ("reddy2017",)
    with pytest.raises(InputError, match="not the version of schmitz2018 that this book is made"):
        external.locate("schmitz2018")
    for call in (external.locate, external.available):
        with pytest.raises(InputError, match="no external data 'reddy'; allowed: 'reddy2017'"):
            call("reddy")


def test_a_located_file_is_checked_again_after_a_change(server, made, tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    monkeypatch.setitem(external.FILES, "made", made)
    path = external.fetch(made, tmp_path)
    assert external.locate("made") == path
    path.write_bytes(CONTENT[:-3])
    with pytest.raises(InputError, match="SHA-256 differs"):
        external.locate("made")


def test_data_lie_in_the_project_unless_a_folder_is_named(root, monkeypatch):
    monkeypatch.delenv("SECONDLINE_DATA", raising=False)
    assert data_folder() == root / "data" / "external"
    monkeypatch.setenv("SECONDLINE_DATA", "../elsewhere")
    assert data_folder() == root / "../elsewhere"
    assert "data/external/" in (root / ".gitignore").read_text().splitlines()


def test_each_file_is_pinned_to_a_commit_and_cited(root):
    bibliography = (root / "seeds/references.bib").read_text()
    for of in external.FILES.values():
        assert len(of.sha256) == 64
        assert re.search(r"/[0-9a-f]{40}/", of.url)
        assert f"{{{of.reference}," in bibliography


def test_the_command_lists_asks_and_fetches(server, made, tmp_path, monkeypatch, command, capsys):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    for name in list(external.FILES):
        monkeypatch.delitem(external.FILES, name)
    monkeypatch.setitem(external.FILES, "made", made)
    assert command.main([]) == 0
    assert "made (not here): made data" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", StringIO())  # nobody to answer
    assert command.main(["made"]) == 2
    out, err = capsys.readouterr()
    assert "no terms" in out
    assert "Nothing was downloaded" in err
    assert "made --accept-licence" in err
    assert server.asked == []
    assert command.main(["made", "made", "--accept-licence"]) == 0
    assert (tmp_path / "made.tsv").read_bytes() == CONTENT
    # what is here needs neither server nor an answer
    server.status = 500
    assert command.main(["all"]) == 0
    assert "already here" in capsys.readouterr().out
    assert command.main(["no-such"]) == 2
    assert "no external data 'no-such'; allowed: 'made'" in capsys.readouterr().err


def test_one_that_fails_does_not_keep_the_others_from_coming(
    server, made, tmp_path, monkeypatch, command, capsys
):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    for name in list(external.FILES):
        monkeypatch.delitem(external.FILES, name)
    lost = replace(made, name="lost", file="lost.tsv", url="http://127.0.0.1:9/x")
    monkeypatch.setitem(external.FILES, "lost", lost)
    monkeypatch.setitem(external.FILES, "made", made)
    assert command.main(["all", "--accept-licence"]) == 1
    assert "lost could not be downloaded" in capsys.readouterr().err
    assert left_in(tmp_path) == ["made.tsv"]
