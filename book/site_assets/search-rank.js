// Pages that use the words of a search often come first; lists of sources and claims come later.
const rankBonus = (page) => {
  const at = searchCounts.pages.indexOf(page);
  const often = (key) => Math.log2(1 + (searchCounts.counts[key]?.[at] ?? 0));
  const query = new URLSearchParams(window.location.search).get("q") ?? "";
  const words = splitQuery(query);
  const stemmer = new Stemmer();
  const stems = words
    .map((word) => word.toLowerCase())
    .filter((word) => !stopwords.includes(word))
    .map((word) => stemmer.stemWord(word));
  // the rarest of the words tells what a page is about; words side by side tell more
  const one = stems.length ? Math.min(...stems.map(often)) : 0;
  const pairs = stems.slice(1).map((stem, i) => often(`${stems[i]} ${stem}`));
  const side = pairs.length ? Math.min(...pairs) : 0;
  // a name in capitals (TRANSFORM) is not the common word
  const names = words.filter((word) => /^[A-Z]{4,}$/.test(word)).map(often);
  const name = names.length ? Math.min(...names) || -3 : 0;
  const list = page.startsWith("appendix/") && page !== "appendix/glossary" ? 12 : 0;
  return 2 * one + 4 * side + 6 * name - list;
};

// the theme's own values
var Scorer = {
  score: ([page, , , , score]) => score + rankBonus(page),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
