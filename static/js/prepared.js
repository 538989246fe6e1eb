// A page that waits for a paper asks again, and puts the new state in place without a reload. Without this the page reloads itself.
(() => {
  "use strict";
  const PAUSE = 1500;

  const look = async () => {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const there = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("prepared");
      const here = document.getElementById("prepared");
      if (answer.ok && there && there.innerHTML !== here.innerHTML && !here.contains(document.activeElement)) {
        here.replaceWith(there);
      }
    } catch {
      // no answer: it is asked again
    }
    if (document.querySelector("#prepared[data-waits]")) setTimeout(look, PAUSE);
  };

  setTimeout(look, PAUSE);
})();
