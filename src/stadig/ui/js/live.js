// A page that has slept past its token's five minutes is refused by /events: it fetches its fragment, and so a new token.
document.addEventListener("htmx:sseError", (event) => {
  const { source } = event.detail;
  const url = event.target.getAttribute("hx-get");
  if (url && source && source.readyState === EventSource.CLOSED) {
    window.htmx.ajax("GET", url, { target: event.target, swap: "outerHTML" });
  }
});

// Who has been logged out gets the log-in page instead of the fragment: the whole page is loaded, and asks them.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, xhr, pathInfo } = event.detail;
  if (!elt.hasAttribute("sse-connect")) return;
  if (new URL(xhr.responseURL).pathname !== new URL(pathInfo.requestPath, location.href).pathname) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// A map beside a list that has been fetched anew follows it.
document.addEventListener("htmx:afterRequest", ({ target }) => {
  if (!target.hasAttribute("sse-connect")) return;
  for (const map of document.querySelectorAll(`[data-map][data-list="${target.id}"]`)) map.dispatchEvent(new Event("map:refresh"));
});
