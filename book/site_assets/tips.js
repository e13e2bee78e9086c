// Tooltips of claims and terms: read out, closed with Escape, opened by a first tap.
document.addEventListener("DOMContentLoaded", () => {
  const touch = window.matchMedia("(hover: none)");
  const tips = [...document.querySelectorAll(".tip")];
  tips.forEach((tip, i) => {
    const link = tip.querySelector("a");
    const box = tip.querySelector(".tip-box");
    if (!link || !box) return;
    box.id = `tip-${i}`;
    link.setAttribute("aria-describedby", box.id);
    const open = () => tip.classList.remove("closed");
    link.addEventListener("focus", open);
    tip.addEventListener("mouseenter", open);
    // without a pointer that hovers, the first tap shows the tooltip and the second follows the link
    link.addEventListener("click", (event) => {
      if (touch.matches && !tip.classList.contains("tapped")) {
        event.preventDefault();
        tip.classList.add("tapped");
        open();
        link.focus();
      }
    });
    link.addEventListener("blur", () => tip.classList.remove("tapped"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tips.forEach((tip) => tip.classList.add("closed"));
  });
});
