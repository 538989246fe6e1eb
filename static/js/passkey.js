/* Passkeys: forms marked data-passkey ask the browser for one, then send what it answers.
   data-passkey is "get" (show one) or "create" (make one). The options stand in the page, in the JSON element that
   data-options names, or are fetched from the form's own address. Without this script the forms stay hidden. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const toBytes = (words) => {
    const plain = atob(words.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const toWords = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  async function optionsFor(form) {
    if (form.dataset.options) {
      return JSON.parse(document.getElementById(form.dataset.options).textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}`);
    return (await answer.json()).request_options;
  }

  async function show(publicKey) {
    const found = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        allowCredentials: named(publicKey.allowCredentials),
      },
    });
    const { response } = found;
    return {
      ...base(found),
      response: {
        clientDataJSON: toWords(response.clientDataJSON),
        authenticatorData: toWords(response.authenticatorData),
        signature: toWords(response.signature),
        userHandle: response.userHandle ? toWords(response.userHandle) : null,
      },
    };
  }

  async function make(publicKey) {
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
        excludeCredentials: named(publicKey.excludeCredentials),
      },
    });
    const { response } = made;
    return {
      ...base(made),
      response: {
        clientDataJSON: toWords(response.clientDataJSON),
        attestationObject: toWords(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  }

  function base(credential) {
    return {
      id: credential.id,
      rawId: toWords(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  }

  function tell(form, error) {
    const place = form.querySelector("[data-passkey-trouble]");
    place.textContent =
      error.name === "InvalidStateError"
        ? "This device holds a passkey for you already."
        : "The passkey was not used. Try again, or choose another way.";
    place.hidden = false;
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      form.querySelector("[data-passkey-trouble]").hidden = true;
      try {
        const { publicKey } = await optionsFor(form);
        const answer = form.dataset.passkey === "create" ? await make(publicKey) : await show(publicKey);
        form.elements.credential.value = JSON.stringify(answer);
        form.submit();
      } catch (error) {
        tell(form, error);
      }
    });
  }
  for (const words of document.querySelectorAll("[data-passkey-absent]")) words.hidden = true;
})();
