// The studio, quicker: it saves by itself and puts the new page in place without losing the focus or a typed letter.
// Without it every button still works: this sends the same form and reads the same pages.
(() => {
  "use strict";
  const PAUSE = 600;
  const studio = () => document.getElementById("studio");
  const form = () => document.getElementById("day");
  if (!form()) return;

  let timer = null; // set while something waits to be saved
  let isUnsaved = false; // a save had no answer
  let isSignedOut = false; // a save met the sign-in: its page needs a fresh token first
  let unheard = null; // the button of that save: the same press again is known by the server, and done once
  let isSent = false; // the form itself is on its way, with all that stands on it
  let busy = false;
  let again = null;
  let waiting = null;

  const say = (words, trouble) => {
    const status = document.getElementById("saved");
    if (!status) return;
    status.textContent = words;
    status.classList.toggle("wt-note--stop", Boolean(trouble));
  };

  // What was sent from here and answered by the sign-in or the second factor, not by the studio.
  const metTheDoor = (answer) => answer.redirected && /^\/(sign-in|second-factor)\//.test(new URL(answer.url).pathname);

  const saySignedOut = () => {
    say("Not saved: you have been signed out. Your changes are still here. ", true);
    const link = document.createElement("a");
    link.href = "/sign-in/";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Sign in in a new tab";
    document.getElementById("saved")?.append(link, ", then come back and press Save.");
  };

  // a region that stays, so that screen readers hear what a new page says
  const voice = document.createElement("p");
  voice.className = "govuk-visually-hidden";
  voice.setAttribute("role", "status");
  document.body.append(voice);

  // ---- what the person has in hand
  const key = (field) => field.name + (field.type === "checkbox" ? "=" + field.value : "");
  const value = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const fields = () => [...form().elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");
  const values = () => new Map(fields().map((field) => [key(field), value(field)]));
  const open = () => [...studio().querySelectorAll("details[open][id]")].map((one) => one.id);

  // Only the lines in which something differs from what came from the server; the others stand as they are saved.
  const OF_A_LINE = /^(?:what|minutes|who|how|title|note|pin|point)-(\d+)$/;
  const differs = (field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  };
  const news = () => {
    const same = new Set(lines().filter((line) => ![...line.querySelectorAll("input[name], select[name]")].some(differs)).map(idOf));
    const of = (name, words) => (name === "row" ? words : OF_A_LINE.exec(name)?.[1]);
    return new URLSearchParams([...new FormData(form())].filter(([name, words]) => !same.has(of(name, words))));
  };
  const reset = (field) => {
    if (field.type === "checkbox") field.checked = field.defaultChecked;
    else if (field.options) for (const option of field.options) option.selected = option.defaultSelected;
    else field.value = field.defaultValue;
  };

  const marks = () => [...studio().querySelectorAll("[data-part]")].map((part) => `${part.id}.${part.dataset.part}`).join(" ");

  // Put an answer in place and give back what the person had in hand: the focus, the caret, what was typed meanwhile.
  const swap = (text, sent) => {
    const answer = new DOMParser().parseFromString(text, "text/html");
    const whole = answer.getElementById("studio");
    const parts = answer.getElementById("parts");
    if (!whole && !parts) return false;
    const now = form() ? values() : new Map();
    const opened = open();
    const held = document.activeElement;
    const at = held && held.id;
    let selection = null;
    try {
      selection = held && [held.selectionStart, held.selectionEnd];
    } catch {
      selection = null;
    }
    const top = held && held.getBoundingClientRect().top;
    const said = whole || parts.querySelector("#part-composed") ? ["composed", "saved"] : ["saved"];
    if (whole) studio().replaceWith(whole);
    else patch(parts);
    opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (form()) {
      for (const field of fields()) {
        // typed while the answer was on its way, or never saved by itself: it stays
        const name = key(field);
        const kept = field.dataset.notSaved !== undefined || (sent && now.get(name) !== sent.get(name));
        if (now.has(name) && kept) {
          if (field.type === "checkbox") field.checked = now.get(name);
          else field.value = now.get(name);
        } else if (field.closest("#lines")) reset(field); // a line that did not come back is saved as it came before
      }
    }
    document.body.classList.add("is-live");
    if (form()) delete form().dataset.sentAt; // what was answered is no second press
    addGrips();
    const keys = document.getElementById("keys-on");
    if (keys) keys.checked = keysOn;
    voice.textContent = said.map((id) => document.getElementById(id)?.textContent || "").join(" ");
    awaitDay();
    const wanted = whole && whole.querySelector("[data-focus]");
    const back = wanted || (at && document.getElementById(at));
    if (back && !back.disabled && (wanted || document.activeElement !== back)) {
      back.focus({ preventScroll: !wanted });
      if (selection && back.setSelectionRange && selection[0] !== null) {
        try {
          back.setSelectionRange(...selection);
        } catch {
          // not every kind of field has a caret
        }
      }
    }
    if (back && !wanted && top !== null) window.scrollBy(0, back.getBoundingClientRect().top - top);
    return true;
  };

  // Only what changed came back: parts take the place of those with their id, lines and cards come into order.
  const patch = (parts) => {
    for (const part of [...parts.querySelectorAll("[data-part]")]) {
      if (part.parentElement !== parts) continue;
      const old = document.getElementById(part.id);
      if (old) old.replaceWith(part);
      else document.getElementById(part.id.startsWith("card-") ? "cards" : "lines")?.append(part);
    }
    const lines = parts.dataset.lines.split(" ").filter(Boolean).map((line) => line.split("/"));
    arrange(document.getElementById("lines"), lines.map(([id]) => `line-${id}`));
    for (const [id, clock, words] of lines) {
      const time = document.querySelector(`#line-${id} > time`);
      time.dateTime = clock;
      time.textContent = words;
    }
    // a search shows some of the cards, and stays as it is
    if (!form().elements.q?.defaultValue) arrange(document.getElementById("cards"), parts.dataset.cards.split(" ").map((slug) => `card-${slug}`));
    const saved = document.getElementById("saved");
    saved.textContent = parts.querySelector("#saved").textContent;
    saved.classList.remove("wt-note--stop");
    saved.dataset.anchor = parts.dataset.anchor;
    studio().dataset.version = parts.dataset.version;
    form().elements.version.value = parts.dataset.version;
  };

  const arrange = (list, wanted) => {
    if (!list) return;
    [...list.children].forEach((one) => wanted.includes(one.id) || one.remove());
    wanted.forEach((id, place) => {
      const one = document.getElementById(id);
      if (one && list.children[place] !== one) list.insertBefore(one, list.children[place] || null);
    });
  };

  // A day that a worker composes: the page is asked for again until it is there.
  const awaitDay = () => {
    clearTimeout(waiting);
    if (!studio().querySelector("[data-composing]")) return;
    waiting = setTimeout(async () => {
      if (busy) return awaitDay();
      const sent = values();
      try {
        const answer = await fetch(window.location.pathname, { headers: { "X-Studio": "1" }, credentials: "same-origin" });
        if (!answer.ok || busy || !swap(await answer.text(), sent)) awaitDay();
      } catch {
        awaitDay();
      }
    }, 700);
  };

  const hold = () => {
    clearTimeout(timer);
    timer = null;
  };

  const send = async (button) => {
    if (busy) {
      again = button || again || "save";
      return;
    }
    hold();
    busy = true;
    const sent = values();
    const line = button && button.closest?.(".wt-line");
    const post = (body, have) => {
      body.set("do", button ? button.value : "save");
      if (have) body.set("have", have);
      return fetch(form().action, { method: "POST", body, headers: { "X-Studio": "1" }, credentials: "same-origin" });
    };
    say("Saving…");
    try {
      if (isSignedOut) {
        const fresh = await fetch(window.location.pathname, { headers: { "X-Studio": "1" }, credentials: "same-origin" });
        const token = new DOMParser().parseFromString(await fresh.text(), "text/html").querySelector("#day [name=csrfmiddlewaretoken]");
        if (token && !metTheDoor(fresh)) form().elements.csrfmiddlewaretoken.value = token.value;
      }
      // on a page that was refused nothing is saved yet, and where two drafts meet the page shows every line as it is here
      const whole = () => post(new URLSearchParams(new FormData(form())));
      let answer = document.getElementById("studio-error") ? await whole() : await post(news(), marks());
      if (answer.status === 409) answer = await whole();
      isSignedOut = metTheDoor(answer) || answer.status === 403;
      const text = await answer.text();
      if (!swap(text, sent)) throw new Error("no studio in the answer");
      isUnsaved = false;
      if (button && answer.ok) follow(button, line, document.getElementById("saved")?.dataset.anchor);
    } catch {
      isUnsaved = true;
      unheard = button && { value: button.value };
      if (isSignedOut) saySignedOut();
      else say("Not saved: no answer. Your changes are still here, and are saved once there is a network again. Or press Save.", true);
      document.body.classList.remove("is-live");
    }
    busy = false;
    if (again && form()) {
      const next = again;
      again = null;
      send(next === "save" ? null : document.getElementById(next.id) || null);
    }
  };

  // A move keeps the focus on its button; where that is gone or asleep, on the line. What comes of composing stands
  // elsewhere on the page and is gone to, or nobody would see it.
  const follow = (button, line, anchor) => {
    const same = button.id && document.getElementById(button.id);
    if (same && !same.disabled && anchor !== "composed") return;
    const place = (line && document.getElementById(line.id)) || (anchor && document.getElementById(anchor)) || document.getElementById("day-heading");
    if (!place) return;
    if (!place.hasAttribute("tabindex")) place.setAttribute("tabindex", "-1");
    place.focus();
  };

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!form() || field.form !== form() || field.dataset.notSaved !== undefined) return;
    hold();
    timer = setTimeout(() => send(null), PAUSE);
  });

  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    const button = event.submitter;
    if (button && button.dataset.leaves !== undefined) {
      hold();
      isUnsaved = false;
      isSent = true;
      return; // preview and issue lead to another page, with all that stands on this one
    }
    event.preventDefault();
    send(button && button.value ? button : null);
  });

  // Enter in a field that has a button of its own presses that one, not the form's first.
  document.addEventListener("keydown", (event) => {
    const wanted = event.key === "Enter" && !event.isComposing && event.target.dataset?.enter;
    const button = wanted && form() && [...form().elements].find((one) => one.name === "do" && one.value === wanted);
    if (!button) return;
    event.preventDefault();
    send(button);
  });

  // ---- keys

  const isTyping = (target) => target.matches("textarea, select, input:not([type=checkbox], [type=radio])") || target.isContentEditable;
  const lines = () => [...document.querySelectorAll("#lines > .wt-line")];

  // One key each, for the line that has the focus (WCAG 2.1.4: only there, never while typing, and they can be turned off).
  const KEYS = {
    j: (line) => step(line, 1),
    k: (line) => step(line, -1),
    J: (line) => press(line, "down"),
    K: (line) => press(line, "up"),
    x: (line) => press(line, "remove"),
    m: (line) => reach(line, "minutes"),
    s: (line) => reach(line, "who"),
    p: (line) => reach(line, "pin"),
  };
  const step = (line, by) => {
    const all = lines();
    (all[line ? all.indexOf(line) + by : 0] || line)?.focus();
  };
  const idOf = (line) => line.id.slice("line-".length);
  const press = (line, verb) => {
    const button = line && document.getElementById(`${verb}-${idOf(line)}`);
    if (button && !button.disabled) {
      line.focus();
      send(button);
    }
  };
  const reach = (line, name) => {
    const field = line && document.getElementById(`${name}-${idOf(line)}`);
    if (!field) return;
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    field.select?.();
  };
  let keysOn = true;

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") keysOn = event.target.checked;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !form() || isTyping(event.target)) return;
    if (!keysOn) return;
    const line = event.target.closest?.(".wt-line");
    if (event.key === "?") {
      const list = document.getElementById("keys");
      list.open = !list.open;
      (list.open ? list.querySelector("summary") : line || document.getElementById("day-heading")).focus();
    } else if (KEYS[event.key] && (line || event.key === "j")) {
      KEYS[event.key](line);
    } else return;
    event.preventDefault();
  });

  // ---- drag: a line by its handle, with mouse, pen or finger. Buttons and keys do the same.

  const GRIP = "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01";
  const addGrips = () => {
    for (const tools of document.querySelectorAll("#lines > .wt-line .wt-tools")) {
      if (tools.querySelector(".wt-grip")) continue;
      const grip = document.createElement("span");
      grip.className = "wt-grip";
      grip.setAttribute("aria-hidden", "true");
      const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      picture.setAttribute("class", "wt-i");
      picture.setAttribute("viewBox", "0 0 24 24");
      picture.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
      picture.firstChild.setAttribute("d", GRIP);
      grip.append(picture);
      tools.prepend(grip);
    }
  };

  let drag = null;
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.(".wt-grip");
    if (!grip || event.button || busy) return;
    event.preventDefault();
    drag = { line: grip.closest(".wt-line"), after: null, moved: false };
    grip.setPointerCapture(event.pointerId);
    drag.line.classList.add("is-dragged");
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const others = lines().filter((line) => line !== drag.line);
    const above = others.filter((line) => {
      const box = line.getBoundingClientRect();
      return box.top + box.height / 2 < event.clientY;
    });
    drag.moved = true;
    drag.after = above.at(-1) || null;
    others.forEach((line) => line.classList.remove("is-before", "is-behind"));
    if (drag.after) drag.after.classList.add("is-behind");
    else others[0]?.classList.add("is-before");
    if (event.clientY < 60) window.scrollBy(0, -12);
    else if (event.clientY > window.innerHeight - 60) window.scrollBy(0, 12);
  });
  const drop = (isDone) => {
    if (!drag) return;
    const { line, after, moved } = drag;
    drag = null;
    line.classList.remove("is-dragged");
    lines().forEach((one) => one.classList.remove("is-before", "is-behind"));
    if (!isDone || !moved || line.previousElementSibling === after) return;
    send({ value: `place:${idOf(line)}:${after ? idOf(after) : 0}` });
  };
  document.addEventListener("pointerup", () => drop(true));
  document.addEventListener("pointercancel", () => drop(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && drop(false));

  // Undo as everywhere; in a text field it stays the field's own.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event.target)) return;
    const letter = event.key.toLowerCase();
    const id = letter === "y" || (letter === "z" && event.shiftKey) ? "do-redo" : letter === "z" ? "do-undo" : "";
    const button = id && document.getElementById(id);
    if (!button) return;
    event.preventDefault();
    if (!button.disabled) send(button);
  });

  // What was typed a moment ago is saved on the way out; what could not be saved is not left without asking.
  window.addEventListener("beforeunload", (event) => {
    if (!form() || isSent) return;
    if (isUnsaved) event.preventDefault();
    else if (timer || fields().some((field) => field.dataset.notSaved === undefined && differs(field))) fetch(form().action, { method: "POST", body: new URLSearchParams(new FormData(form())), headers: { "X-Studio": "1" }, credentials: "same-origin", keepalive: true });
    hold();
  });
  window.addEventListener("pageshow", () => (isSent = false));
  window.addEventListener("online", () => isUnsaved && send(unheard));
  window.addEventListener("focus", () => isSignedOut && isUnsaved && send(unheard));
  document.body.classList.add("is-live");
  addGrips();
  awaitDay();
})();
