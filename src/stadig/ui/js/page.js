// What a page gains with JavaScript; everything works without it.

// An open menu closes on Escape and on a click beside it.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// After a failed form the reader is taken to the list of what to put right.
document.querySelector("[data-focus]")?.focus();
addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.("[data-focus]")?.focus());

// A form that is being sent is not sent twice.
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.submitter;
  if (button && event.target.method === "post") setTimeout(() => { button.disabled = true; }, 0);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});

// Print buttons
addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
