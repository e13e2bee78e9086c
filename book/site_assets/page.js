// What a page's policy keeps out of its markup.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
