// While the agencies answer: a clock that runs, blocks that are put in where they stand, and nothing moved under the reader.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let begun = 0;

function axis() {
  return document.querySelector("#axel[data-runs]");
}

function tick() {
  const now = axis();
  if (!now) return;
  const whole = Number(now.dataset.whole);
  const past = Math.min(whole, performance.now() - begun);
  const clock = now.querySelector("[data-clock]");
  const seconds = calm.matches ? Math.floor(past / 1000) : Math.floor(past / 100) / 10;
  if (clock) clock.textContent = clock.dataset.clock.replace("#", seconds.toLocaleString(document.documentElement.lang, { minimumFractionDigits: calm.matches ? 0 : 1 }));
  for (const bar of calm.matches ? [] : now.querySelectorAll("[data-axis-bar]")) {
    bar.setAttribute("width", String((Number(bar.dataset.axisBar) * past) / whole));
  }
  setTimeout(tick, calm.matches ? 1000 : 100);
}

// The deadline passes whatever happens with the news: then the page asks by itself, a few times.
function due(left) {
  const now = axis();
  if (!now || !left) return;
  const wait = Math.max(900, Number(now.dataset.whole) - (performance.now() - begun) + 150);
  setTimeout(() => {
    if (!axis()) return;
    document.querySelector("#nytt")?.dispatchEvent(new Event("due"));
    due(left - 1);
  }, wait);
}

const first = axis();
if (first) {
  begun = performance.now() - Number(document.querySelector("#nytt").dataset.elapsed);
  tick();
  due(8);
}

// What has not changed stays as it is, with its focus and its open details.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const coming = fragment.querySelector("[data-v]");
  if (target.dataset.v && coming && coming.dataset.v === target.dataset.v) event.detail.shouldSwap = false;
  else if (coming && target.classList.contains("block")) coming.classList.add("arrived");
});

// On the phone: how long the page has been open is offered, never filled in by itself.
const offer = document.querySelector("[data-on-phone]");
const minutes = document.querySelector("[data-minutes]");
if (offer && minutes) {
  const words = offer.firstChild;
  const said = words.textContent;
  const opened = performance.now();
  const past = () => Math.max(1, Math.round((performance.now() - opened) / 60000));
  const show = () => {
    words.textContent = said.replace("#", String(past()));
    offer.hidden = false;
  };
  setTimeout(show, 30000);
  setInterval(show, 60000);
  offer.querySelector("button").addEventListener("click", () => {
    minutes.value = String(past());
    minutes.focus();
  });
}
