/* Answers for one speaker's kept pack while there is no network. Registered for that page alone, by a press there. */
"use strict";
const SHELF = "wt-kept";

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
    return (await shelf.match(request, { ignoreVary: true, ignoreSearch: true })) || Response.error();
  }
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
