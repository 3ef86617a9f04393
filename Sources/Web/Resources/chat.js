"use strict";
const chat = document.getElementById("chat");
const messages = document.getElementById("messages");
const typing = document.getElementById("typing");
const composer = document.getElementById("composer");
const field = composer.elements.text;
const fault = document.getElementById("chat-error");

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function scrollToEnd() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

function isAtEnd() {
  return innerHeight + scrollY > document.documentElement.scrollHeight - 160;
}

function add(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const message = template.content.firstElementChild;
  if (!message || document.getElementById(message.id)) return;
  const isOwn = message.classList.contains("visitor");
  if (!isOwn && draft) {
    draft.remove();
    draft = null;
  }
  retire();
  const follow = isOwn || isAtEnd();
  messages.append(message);
  typing.classList.toggle("on", isOwn);
  if (follow) scrollToEnd();
}

// The words of an answer while it is written; the answer itself takes their place.
let draft = null;
function write(words) {
  const follow = isAtEnd();
  if (!draft) {
    draft = document.createElement("li");
    draft.className = "message agent draft";
    draft.append(Object.assign(document.createElement("div"), { className: "bubble" }));
    draft.setAttribute("aria-hidden", "true");
    messages.append(draft);
    typing.classList.remove("on");
  }
  draft.firstChild.textContent = words;
  if (follow) scrollToEnd();
}

// What could be pressed before can't be any more: only the last message's buttons count.
function retire() {
  messages.querySelectorAll(".choices, .plans form, a.button, .qr").forEach((old) => old.remove());
}

// How far the set-up has come; said only when it has changed.
const stages = document.getElementById("stages");
function advance(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const now = template.content.querySelector("p").textContent;
  const shown = stages.querySelector("p");
  if (shown.textContent === now) return;
  shown.textContent = now;
  stages.querySelector("ol").replaceWith(template.content.querySelector("ol"));
}

function show(text) {
  fault.textContent = text;
  fault.hidden = !text;
}

// A key stays with its words until the server has them: pressing again after a fault never says something twice.
async function post(form, text) {
  show("");
  const body = new URLSearchParams({ key: form.elements.key.value, text });
  if (form.elements.plan) body.set("plan", form.elements.plan.value);
  let response;
  try {
    response = await fetch("/chat/messages", { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    show(chat.dataset.offline);
    return false;
  }
  if (response.ok) return true;
  const problem = await response.json().catch(() => ({}));
  show(problem.detail || chat.dataset.failed);
  return false;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("action") !== "/chat/messages") return;
  event.preventDefault();
  const text = form === composer ? field.value.trim() : event.submitter.value;
  const buttons = form.querySelectorAll("button");
  if (!text || buttons[0].disabled) return;
  buttons.forEach((button) => { button.disabled = true; });
  const said = await post(form, text);
  // The first message begins the conversation; only then is there something to listen to.
  if (said && !chat.dataset.events) return location.assign("/chat#latest"), location.reload();
  buttons.forEach((button) => { button.disabled = said && form !== composer; });
  if (form !== composer) return field.focus({ preventScroll: true });
  if (said) {
    form.elements.key.value = newKey();
    field.value = "";
    fit();
  }
  field.focus();
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

function fit() {
  if (CSS.supports("field-sizing", "content")) field.style.height = "auto";
  else { field.style.height = "44px"; field.style.height = Math.min(field.scrollHeight, 168) + "px"; }
}
field.addEventListener("input", fit);
field.addEventListener("input", () => show(""));

if (chat.dataset.events) openEvents(chat.dataset.events, { message: add, draft: write, stages: advance, language: () => location.reload() });
scrollToEnd();
field.focus({ preventScroll: true });
