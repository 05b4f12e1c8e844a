// Passkeys: the browser asks the phone or the computer who it is, and the answer is sent as the form's own field.
// A passkey belongs to a name, never to a number: at an IP address, over plain HTTP or in an old browser nothing is offered.
const named = !/^[\d.]+$|:/.test(location.hostname);
const able = isSecureContext && named && "parseRequestOptionsFromJSON" in (window.PublicKeyCredential ?? {});

async function wanted(form) {
  const written = document.getElementById("passkey-options");
  if (written) return JSON.parse(written.textContent);
  return (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
}

async function asked(form) {
  const { creation_options: made, request_options: shown } = await wanted(form);
  if (made) return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(made.publicKey) });
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(shown.publicKey) });
}

for (const form of able ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    status.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify(await asked(form));
      form.submit();
    } catch {
      status.textContent = status.dataset.failed;
    }
  });
}
if (able) for (const text of document.querySelectorAll("[data-passkey-unable]")) text.hidden = true;
