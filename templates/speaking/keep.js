/* Answers for a speaker's kept packs while there is no network; every other page of theirs then lists them. Registered by a press. */
"use strict";
const SHELF = "wt-kept";
const PACK = /^\/speaking\/([A-Za-z0-9-]+)\/\d+\/session\/$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function answer(request) {
  await forgetOld();
  try {
    return await fetch(request);
  } catch (error) {
    const shelf = await caches.open(SHELF);
    const kept = await shelf.match(request, { ignoreVary: true, ignoreSearch: true });
    return kept || (request.mode === "navigate" ? await whatIsKept(shelf) : Response.error());
  }
}

/* A page that leads to the packs on this device. It names references and nothing else. */
async function whatIsKept(shelf) {
  const paths = (await shelf.keys()).map((each) => new URL(each.url).pathname);
  const packs = paths.filter((path) => PACK.test(path));
  if (!packs.length) return Response.error();
  const styles = paths.filter((path) => path.endsWith(".css"));
  const links = packs.map((path) => `<li><a href="${path}">Session ${PACK.exec(path)[1]}</a></li>`);
  const page = `<!doctype html><html lang="en-GB" class="govuk-template"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>No network</title>
${styles.map((path) => `<link rel="stylesheet" href="${path}">`).join("")}</head>
<body class="govuk-template__body"><main class="wt-wrap wt-main wt-narrow"><h1>There is no network</h1>
<p>You can open what you kept on this device:</p><ul>${links.join("")}</ul></main></body></html>`;
  return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

/* What is past its day is erased before anything is answered. */
async function forgetOld() {
  const shelf = await caches.open(SHELF);
  for (const request of await shelf.keys()) {
    const kept = await shelf.match(request, { ignoreVary: true });
    const until = kept && kept.headers.get("X-Kept-Until");
    if (until && Date.parse(until) <= Date.now()) await shelf.delete(request, { ignoreVary: true });
  }
}
