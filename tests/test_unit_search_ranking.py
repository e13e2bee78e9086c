"""What the search page is told about each page."""

import sys

from conftest import ROOT
from docutils import nodes
from sphinx.search.en import SearchEnglish

sys.path.insert(0, str(ROOT / "book/_ext"))
from search_ranking import counted, words_of  # noqa: E402

ENGLISH = SearchEnglish({})


def test_stems_pairs_and_names_in_capitals_are_counted():
    text = "The prediction intervals; a prediction interval. Prediction-interval of TRANSFORM, transformed."
    found = counted(text, ENGLISH)
    assert found["predict"] == 3
    assert found["predict interv"] == 3
    assert found["TRANSFORM"] == 1
    # a word or two add nothing, nor do those that the search leaves out
    assert not {"transform", "the", "of", "interv predict"} & set(found)


def test_tables_written_as_html_count_without_their_tags():
    page = nodes.paragraph("", "glofitamab ")
    page += nodes.raw("", "<style>td { color: red }</style><td class='x'>glofitamab</td>", format="html")
    words = words_of(page).split()
    assert words == ["glofitamab", "glofitamab"]
