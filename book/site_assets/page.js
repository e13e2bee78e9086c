// What a page's policy keeps out of its markup.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
// A menu that is closed gives the focus back to its button; the theme's script leaves it nowhere.
for (const name of ["primary", "secondary"]) {
  document.getElementById(`pst-${name}-sidebar-modal`)?.addEventListener("close", () => {
    document.querySelector(`.${name}-toggle`)?.focus({ preventScroll: true });
  });
}
