/* Page 3 of "Ask for training": the time panel counts while topics are ticked. The server does the sums, as it does for
   the "Count again" button of a reader without a script. */
(() => {
  "use strict";
  const form = document.getElementById("ask");
  const panel = document.querySelector("[data-panel]");
  const status = document.querySelector("[data-say]");
  const short = document.querySelector("[data-short]");
  if (!form || !panel || !status) return;
  let timer = 0;
  let asked = 0;

  const count = async () => {
    const mine = ++asked;
    const typed = new FormData(form);
    typed.set("count", "1");
    try {
      const answer = await fetch(location.href, { method: "POST", body: typed, headers: { "X-Panel": "1" } });
      if (!answer.ok || answer.redirected || mine !== asked) return;
      const words = await answer.text();
      if (mine !== asked) return;
      panel.innerHTML = words;
      status.textContent = panel.querySelector("[data-said]").dataset.said;
      if (short) short.textContent = status.textContent;
    } catch {
      /* the network is away: "Count again" and "Continue" stay */
    }
  };

  const legend = document.querySelector("[name=musts]")?.closest("fieldset")?.querySelector("legend");
  form.addEventListener("change", (event) => {
    if (!["length", "cover", "musts"].includes(event.target.name)) return;
    if (legend) {
      const ticked = form.querySelectorAll("[name=musts]:checked").length;
      legend.firstChild.textContent = legend.firstChild.textContent.replace(/\d+ of/, `${ticked} of`);
    }
    clearTimeout(timer);
    timer = setTimeout(count, 250);
  });
})();
