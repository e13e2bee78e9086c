// Tooltips of claims: read out, closed with Escape, opened by a first tap.
document.addEventListener("DOMContentLoaded", () => {
  const touch = window.matchMedia("(hover: none)");
  document.querySelectorAll(".claim").forEach((claim, i) => {
    const link = claim.querySelector("a");
    const tip = claim.querySelector(".claim-tip");
    if (!link || !tip) return;
    tip.id = `claim-tip-${i}`;
    link.setAttribute("aria-describedby", tip.id);
    const open = () => claim.classList.remove("closed");
    link.addEventListener("focus", open);
    claim.addEventListener("mouseenter", open);
    // without a pointer that hovers, the first tap shows the source and the second follows it
    link.addEventListener("click", (event) => {
      if (touch.matches && !claim.classList.contains("tapped")) {
        event.preventDefault();
        document.querySelectorAll(".claim.tapped").forEach((c) => c.classList.remove("tapped"));
        claim.classList.add("tapped");
        open();
        link.focus();
      }
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll(".claim").forEach((c) => c.classList.add("closed"));
    }
  });
});

// Rows of a long table that hold all the words typed above it.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".sl-filter").forEach((input) => {
    const rows = [...input.closest(".filter").nextElementSibling.querySelectorAll("tbody tr")];
    const count = input.closest(".filter").querySelector(".filter-count");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        shown += !row.hidden;
      });
      count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    });
  });
});
