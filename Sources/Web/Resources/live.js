"use strict";
// Server-sent events that come back by themselves, also after an answer that makes the browser give up.
function openEvents(url, listeners) {
  let delay = 1000;
  let last = "";
  (function connect() {
    const from = last && url.replace(/([?&]after=)\d+/, "$1" + last);
    const source = new EventSource(from || url);
    source.onopen = () => { delay = 1000; };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, delay);
      delay = Math.min(delay * 2, 30000);
    };
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, (event) => {
        if (event.lastEventId) last = event.lastEventId;
        listener(event.data);
      });
    }
  })();
}

// Parts of a page that the server renders again whenever something changes.
const parts = document.querySelectorAll("[data-live]");
if (parts.length) {
  const listeners = {};
  for (const part of parts) {
    listeners[part.dataset.live] = (html) => {
      const focused = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
      part.innerHTML = html;
      if (focused) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    };
  }
  openEvents(document.querySelector("[data-events]").dataset.events, listeners);
}

// A page that waits: it goes on as soon as the server would send it elsewhere.
if (document.querySelector("[data-until-moved]")) {
  setInterval(async () => {
    const answer = await fetch(location, { redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") location.reload();
  }, 1000);
}
