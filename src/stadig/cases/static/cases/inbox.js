// What one has chosen stays chosen: news wait while a box is ticked, and focus is never moved.
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.target.closest("#arenden");
  if (list && list.querySelector("input[name=case]:checked")) event.detail.shouldSwap = false;
});
