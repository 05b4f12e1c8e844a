// The service level's figure follows the hand.
const range = document.querySelector("[data-level]");
const shown = document.querySelector("output[for=sl]");
if (range && shown) {
  const fill = () => range.style.setProperty("--v", `${(100 * (range.value - range.min)) / (range.max - range.min)}%`);
  fill();
  range.addEventListener("input", () => {
    const text = `${Number(range.value).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1 })} %`;
    fill();
    shown.textContent = text;
    range.setAttribute("aria-valuetext", text);
  });
}
