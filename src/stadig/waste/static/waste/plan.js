// The service level's figure follows the hand.
const range = document.querySelector("[data-level]");
const shown = document.querySelector("output[for=sl]");
if (range && shown) {
  range.addEventListener("input", () => {
    const text = `${Number(range.value).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1 })} %`;
    shown.textContent = text;
    range.setAttribute("aria-valuetext", text);
  });
}
