// A page that has slept past its token's five minutes is refused by /events: it fetches its fragment, and so a new token.
document.addEventListener("htmx:sseError", (event) => {
  const { source } = event.detail;
  const url = event.target.getAttribute("hx-get");
  if (url && source && source.readyState === EventSource.CLOSED) {
    window.htmx.ajax("GET", url, { target: event.target, swap: "outerHTML" });
  }
});
