/* "Keep on this device": one press puts this page, and what draws it, where it opens without a network. */
(() => {
  "use strict";
  const box = document.querySelector("[data-keep]");
  if (!box || !("serviceWorker" in navigator) || !("caches" in window)) return;
  const SHELF = "wt-kept";
  const [keep, drop] = box.querySelectorAll("button");
  const said = box.querySelector("[role=status]");
  const page = location.pathname;
  const scope = "/speaking/";
  const words = said.textContent;

  const show = (kept, text) => {
    keep.hidden = kept;
    drop.hidden = !kept;
    said.textContent = text;
  };

  async function keepIt() {
    const answer = await fetch(page, { cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new Error("no longer open");
    const until = box.dataset.until;
    const headers = new Headers(answer.headers);
    headers.set("X-Kept-Until", until);
    const body = (await answer.text()).replace('data-kept="no"', 'data-kept="yes"');
    const shelf = await caches.open(SHELF);
    const drawn = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")];
    for (const each of drawn) {
      const part = await fetch(each.href || each.src);
      const marked = new Headers(part.headers);
      marked.set("X-Kept-Until", until);
      await shelf.put(part.url, new Response(await part.arrayBuffer(), { headers: marked }));
    }
    await shelf.put(page, new Response(body, { headers }));
    await navigator.serviceWorker.register(box.dataset.worker, { scope });
    await navigator.serviceWorker.ready;
  }

  async function dropIt() {
    const shelf = await caches.open(SHELF);
    await shelf.delete(page, { ignoreVary: true });
    const others = (await shelf.keys()).some((each) => new URL(each.url).pathname.endsWith("/session/"));
    const worker = await navigator.serviceWorker.getRegistration(page);
    if (worker && !others) await worker.unregister();
  }

  keep.addEventListener("click", () => {
    said.textContent = "One moment.";
    keepIt().then(
      () => show(true, "Kept. This page and a link to it on your page open on this device without a network, until the day after the session."),
      () => show(false, "That did not work here. Please try again, or print the page."),
    );
  });
  drop.addEventListener("click", () => {
    dropIt().then(() => show(false, words));
  });

  box.hidden = false;
  if (box.dataset.kept === "yes") {
    keep.hidden = true;
    said.textContent = "This is the copy on this device; there is no network. Something may have changed since.";
  } else {
    caches.match(page, { ignoreVary: true }).then((kept) => {
      if (kept) show(true, "Kept on this device, as it was when you pressed. Keep it again after a change: take it off first.");
    });
  }
})();
