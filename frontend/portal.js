/* What the pages do quicker with a script. Every page works without it. */
(() => {
  "use strict";

  /* Exit this page: blank at once, then away, leaving no step back to here.
     Shift pressed alone three times does the same, on pages where nobody types. */
  const exit = document.querySelector("a.wt-exit");
  const leave = () => {
    document.body.classList.add("wt-leaving");
    document.title = "Loading";
    location.replace(exit.href);
  };
  if (exit) {
    exit.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
    const typing = "textarea, input:not([type=radio], [type=checkbox], [type=hidden], [type=submit])";
    if (!document.querySelector(`main :is(${typing})`)) listenForShift();
  }

  function listenForShift() {
    const said = document.createElement("span");
    said.className = "govuk-visually-hidden";
    said.setAttribute("role", "status");
    exit.after(said);
    let presses = 0;
    let alone = false;
    let timer = 0;
    const forget = () => {
      presses = 0;
      said.textContent = "";
    };
    document.addEventListener("keydown", (event) => {
      if (event.repeat) return;
      alone = event.key === "Shift";
      if (!alone) forget();
    });
    document.addEventListener("keyup", (event) => {
      if (event.key !== "Shift" || !alone) return;
      alone = false;
      presses += 1;
      clearTimeout(timer);
      timer = setTimeout(forget, 5000);
      if (presses === 3) leave();
      else said.textContent = presses === 2 ? "Shift once more to exit" : "Shift twice more to exit";
    });
  }

  /* What is wrong, or else what was just done, is read out first. Links to what is wrong put the cursor where the change is made. */
  const summary = document.querySelector(".govuk-error-summary");
  summary?.focus();
  // only then has the browser gone where the address points, and would take the focus away
  if (!summary) addEventListener("load", () => document.querySelector("[data-told]")?.focus());
  if (summary) {
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      for (let at = field; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
      const words = field.closest("fieldset")?.querySelector("legend") || document.querySelector(`label[for='${field.id}']`);
      (words || field).scrollIntoView();
      field.focus({ preventScroll: true });
    });
  }

  /* A second press within two seconds is an accident. The server is safe either way. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    const now = Date.now();
    if (now - Number(form.dataset.sentAt || 0) < 2000) event.preventDefault();
    else form.dataset.sentAt = now;
  });

  /* A private message leaves with the page: whoever presses Back on a shared computer finds the form empty. */
  const secret = document.querySelector("form[data-forget]");
  if (secret) {
    const empty = () => {
      for (const field of secret.querySelectorAll("textarea, input:not([type=hidden])")) field.value = "";
    };
    addEventListener("pagehide", empty);
    addEventListener("pageshow", (event) => {
      // the browser fills a form in again by itself, and only now is done with it
      if (event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward") empty();
    });
  }

  /* A session pack that was kept on this device is erased at sign-out, where somebody has to sign in, and when its day is over. */
  if ("caches" in window) {
    const shelfName = "wt-kept";
    if (document.querySelector("form[action$='/sign-in/']")) caches.delete(shelfName);
    document.addEventListener("submit", (event) => {
      if (event.target.getAttribute("action")?.endsWith("/sign-out/")) caches.delete(shelfName);
    });
    const forgetOld = async () => {
      if (!(await caches.has(shelfName))) return;
      const shelf = await caches.open(shelfName);
      for (const request of await shelf.keys()) {
        const kept = await shelf.match(request, { ignoreVary: true });
        if (kept && Date.parse(kept.headers.get("X-Kept-Until")) <= Date.now()) {
          await shelf.delete(request, { ignoreVary: true });
        }
      }
    };
    forgetOld();
  }

  /* The example day follows the choices beside it, and a day that is being put together comes into its place by itself. The
     newest choice wins; a step that fails changes nothing, and "Show this day" stays. Without a script the page is loaded again. */
  const choices = document.querySelector("[data-choices]");
  if (choices) {
    const said = choices.querySelector("[data-said]");
    let [address, turn, timer] = [location.href, 0, 0];
    const show = (day) => {
      const shown = [day];
      while (shown.at(-1).nextElementSibling) shown.push(shown.at(-1).nextElementSibling);
      while (choices.nextElementSibling) choices.nextElementSibling.remove();
      choices.after(...shown);
      said.textContent = day.matches("[data-again]") ? "" : day.matches("[data-day]") ? "Your day is ready." : day.textContent;
    };
    const look = async (mine, wait) => {
      let waits = true;
      try {
        const answer = await fetch(address);
        const day = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("day");
        if (mine !== turn) return;
        waits = !day || day.matches("[data-again]");
        if (day && !(waits && document.querySelector("[data-again]"))) show(day);
      } catch {
        /* the network is away: what is there stays */
      }
      if (waits && mine === turn) timer = setTimeout(look, wait, mine, Math.min(wait * 1.4, 10000));
    };
    if (document.querySelector("[data-again]")) timer = setTimeout(look, 500, turn, 700);
    choices.addEventListener("change", () => {
      const asked = new URL(choices.action);
      asked.search = new URLSearchParams(new FormData(choices)).toString();
      address = asked.href;
      if (asked.pathname === location.pathname) history.replaceState(null, "", address);
      turn += 1;
      clearTimeout(timer);
      timer = setTimeout(look, 400, turn, 700);
    });
  }

  /* How much room is left in a long answer. Nothing is cut: too long is said, and the server says it again. */
  for (const area of document.querySelectorAll("textarea[data-limit]")) {
    const words = document.getElementById(`${area.id}_limit`);
    if (!words) continue;
    const limit = Number(area.dataset.limit);
    let timer = 0;
    const say = () => {
      const left = limit - area.value.length;
      const many = Math.abs(left).toLocaleString("en-GB");
      words.textContent = left < 0 ? `${many} characters too many` : `${many} characters left`;
    };
    words.setAttribute("aria-live", "polite");
    area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(say, 600);
    });
  }
})();
