// "Use my place": asks the browser once, when the reader presses, and sends it as part of the address. Nothing is stored.
const button = document.querySelector("[data-near]");
const status = document.querySelector("[data-near-status]");
if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    status.textContent = status.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const address = new URL(location.href);
        address.search = new URLSearchParams({ lon: coords.longitude.toFixed(4), lat: coords.latitude.toFixed(4) });
        location.assign(address);
      },
      () => { status.textContent = status.dataset.denied; },
      { timeout: 10000, maximumAge: 60000 },
    );
  });
}
