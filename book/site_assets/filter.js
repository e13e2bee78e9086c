// Rows of a long table, or entries of the glossary, that hold all the words typed above them.
document.addEventListener("DOMContentLoaded", () => {
  // a row is a list of elements: an entry has one dt for each of its names, and a dd
  const entries = (list) => {
    const found = [[]];
    for (const element of list.children) {
      found.at(-1).push(element);
      if (element.tagName === "DD") found.push([]);
    }
    return found.slice(0, -1);
  };
  document.querySelectorAll(".sl-filter").forEach((input) => {
    const field = input.closest(".filter");
    const below = field.nextElementSibling;
    const rows = below.matches("dl") ? entries(below) : [...below.querySelectorAll("tbody tr")].map((row) => [row]);
    const count = field.querySelector(".filter-count");
    const texts = rows.map((row) => row.map((e) => e.textContent).join(" ").toLowerCase());
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        const hidden = !words.every((word) => texts[i].includes(word));
        row.forEach((element) => (element.hidden = hidden));
        shown += !hidden;
      });
      count.textContent = words.length ? `${shown} of ${rows.length} ${count.dataset.what ?? "rows"}` : "";
    });
  });
});
