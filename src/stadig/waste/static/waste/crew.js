// A crew without coverage: what is sent is kept in the phone and sent again, in order, when the net is back.
// Each form carries its own request id, so the server does a thing once however often it arrives.
const KEY = "stadig.crew.queue";
const box = document.querySelector("[data-queue]");
const text = document.querySelector("[data-queue-text]");
const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { return []; } };
const write = (queue) => localStorage.setItem(KEY, JSON.stringify(queue));
let sending = false;

function show() {
  if (!box) return;
  const count = read().length;
  const away = navigator.onLine === false;
  box.hidden = !count && !away;
  if (!box.hidden) {
    const words = text.dataset;
    text.textContent = count === 0 ? words.none : sending && !away ? words.sending : count === 1 ? words.one : words.many.replace("#", count);
  }
}

async function send(item) {
  const answer = await fetch(item.url, {
    method: "POST", body: new URLSearchParams(item.body), credentials: "same-origin", redirect: "manual",
    headers: { Accept: "application/json", "X-CSRFToken": item.body.csrfmiddlewaretoken ?? "" },
  });
  // 200 done, 409 someone else had done it, 4xx will never be taken: all are answers. 5xx and a lost log-in are not.
  if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status >= 500) throw new Error(String(answer.status));
}

async function flush() {
  if (sending || navigator.onLine === false) return show();
  const before = read().length;
  sending = true;
  show();
  try {
    for (let queue = read(); queue.length; queue = read()) {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
      if (token) queue[0].body.csrfmiddlewaretoken = token;
      await send(queue[0]);
      write(read().slice(1));
    }
  } catch { /* still away: the queue stays as it is */ }
  sending = false;
  show();
  if (before && !read().length) location.assign("/bil/");
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-offline]") || (navigator.onLine !== false && !read().length)) return;
  event.preventDefault();
  const body = Object.fromEntries(new FormData(form, event.submitter));
  body.at = new Date().toISOString();
  write([...read(), { url: form.action || location.href, body, name: form.dataset.offline }]);
  show();
  form.hidden = true;
  flush();
}, true);
addEventListener("online", flush);
addEventListener("offline", show);
show();
if (read().length) flush();
