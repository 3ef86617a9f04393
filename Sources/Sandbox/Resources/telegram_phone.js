/* The phone: what is open, what is fetched, what is pressed. */
const content = JSON.parse(document.getElementById("content").textContent);
const phone = document.getElementById("phone");
const sheet = document.getElementById("sheet");
const state = { screen: content.screen, chats: content.chats, open: content.open, typingUntil: {}, isOnline: true };

async function call(path, body) {
    const response = await fetch(path, body === undefined ? {} : {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw answer.error ?? { message: texts.failed };
    return answer;
}

const faultText = (error) => texts.faults[error.code] ?? (error.code ? error.message : texts.failed);

/* Which messages were seen is this phone's own affair. */
const seen = (username) => Number(localStorage.getItem("seen:" + username) ?? 0);
const isUnread = (chat) => chat.last?.from === "bot" && chat.last.id > seen(chat.bot.username);
function markSeen() {
    const last = state.open?.messages.at(-1);
    if (last && !document.hidden) localStorage.setItem("seen:" + state.open.chat.bot.username, last.id);
}

function show(screen, path) {
    state.screen = screen;
    if (path) history.pushState(screen, "", path);
    draw();
}

async function openChat(username, start) {
    state.open = await call(`/phone/chats/${encodeURIComponent(username)}/messages`);
    show({ kind: "chat", bot: state.open.chat.bot.username, start }, "/t.me/" + state.open.chat.bot.username);
    phone.querySelector("textarea, .start")?.focus();
}

function draw() {
    const { kind } = state.screen;
    document.title = kind === "chat" && state.open ? state.open.chat.bot.name : "Pocket";
    if (kind === "missing") drawMissing();
    else if (kind === "chat" && state.open) drawChat();
    else drawList();
}

function trouble() {
    return make("p", { class: "trouble", role: "status", hidden: state.isOnline }, texts.offline);
}

function drawList() {
    const items = state.chats.map((chat) => chatItem(chat, isUnread(chat), (event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        openChat(chat.bot.username);
    }));
    phone.replaceChildren(
        make("header", { class: "bar" }, make("h1", {}, texts.chats),
            make("button", { class: "icon", type: "button", "aria-label": texts.newBot, title: texts.newBot, onclick: () => askForBot({}) },
                drawing("add"))),
        trouble(),
        items.length ? make("ul", { class: "chats" }, ...items) : emptyView(texts.emptyTitle, texts.emptyText),
        make("p", { class: "foot" }, texts.foot));
}

function drawMissing() {
    phone.replaceChildren(emptyView(texts.missingTitle, texts.missingText + "@" + state.screen.bot,
        make("a", { class: "quiet", href: "/phone" }, texts.allChats)));
}

function drawChat() {
    const { bot } = state.open.chat;
    if (phone.dataset.chat !== bot.username || !phone.querySelector(".log")) {
        phone.dataset.chat = bot.username;
        phone.replaceChildren(
            make("header", { class: "bar" },
                make("button", { class: "icon", type: "button", "aria-label": texts.back, onclick: () => { refreshChats(); show({ kind: "list" }, "/phone"); } },
                    drawing("back")),
                avatar(bot.name, bot.username),
                make("div", { class: "who" }, make("h1", { class: "ellipsis" }, bot.name), make("p", { class: "status" }))),
            trouble(),
            make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": texts.messages, tabindex: "0" }),
            make("div", { class: "write" }));
    }
    phone.querySelector(".who h1").textContent = bot.name;
    drawLog();
    drawWrite();
}

function isTyping() {
    return (state.typingUntil[state.open.chat.bot.username] ?? 0) > Date.now();
}

/* Elements that are already there stay, so that a screen reader reads only what is new. */
function drawLog() {
    const log = phone.querySelector(".log");
    const status = phone.querySelector(".status");
    status.textContent = isTyping() ? texts.typing : texts.bot;
    status.classList.toggle("busy", isTyping());
    const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || !log.children.length;
    const wanted = logView(state.open, isTyping());
    wanted.forEach((element, index) => {
        const present = log.children[index];
        if (!present) log.append(element);
        else if (!present.isEqualNode(element)) present.replaceWith(element);
    });
    while (log.children.length > wanted.length) log.lastChild.remove();
    if (wasAtEnd) log.scrollTop = log.scrollHeight;
    markSeen();
}

function drawWrite() {
    const write = phone.querySelector(".write");
    const { chat } = state.open;
    const start = state.screen.start;
    if (!chat.started || start) {
        if (write.querySelector(".start")) return;
        write.replaceChildren(make("button", { class: "primary start", type: "button", onclick: () => send(start ? "/start " + start : "/start") }, texts.start));
        return;
    }
    if (!write.querySelector("textarea")) write.replaceChildren(composer());
    write.querySelector(".keyboard")?.remove();
    if (chat.keyboard) write.append(keyboard(chat.keyboard));
}

function composer() {
    const field = make("textarea", { rows: "1", "aria-label": texts.message, placeholder: texts.message, maxlength: "4096", autocomplete: "off" });
    const button = make("button", { class: "icon send", "aria-label": texts.send, disabled: true }, drawing("send"));
    const form = make("form", { class: "compose", onsubmit: async (event) => {
        event.preventDefault();
        const text = field.value.trim();
        if (!text || button.disabled) return;
        button.disabled = true;
        if (await send(text)) field.value = "";
        button.disabled = !field.value.trim();
        field.focus();
    } }, field, button);
    field.addEventListener("input", () => { button.disabled = !field.value.trim(); });
    field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
    });
    return form;
}

function keyboard(markup) {
    const rows = markup.keyboard.map((row) => make("div", {}, ...row.map((button) => make("button", { type: "button", onclick: () => {
        const request = button.request_managed_bot;
        if (!request) return send(button.text);
        askForBot({ manager: state.open.chat.bot, requestID: request.request_id, name: request.suggested_name, username: request.suggested_username });
    } }, button.text))));
    return make("div", { class: "keyboard", role: "group", "aria-label": texts.choices }, ...rows);
}

/* A button that the bot is told of. Taken away by the bot meanwhile, it is gone with the next look. */
async function press(message, data) {
    try {
        await call(`/phone/chats/${encodeURIComponent(state.open.chat.bot.username)}/presses`, { message_id: message.id, data });
    } catch (error) {
        tell(faultText(error));
        await refreshOpen();
    }
}

async function send(text) {
    const username = state.open.chat.bot.username;
    try {
        await call(`/phone/chats/${encodeURIComponent(username)}/messages`, { text });
    } catch (error) {
        tell(faultText(error));
        return false;
    }
    if (state.screen.start) {
        delete state.screen.start;
        history.replaceState(state.screen, "", "/t.me/" + username);
    }
    await refreshOpen();
    phone.querySelector(".log").scrollTop = phone.querySelector(".log").scrollHeight;
    return true;
}

function tell(text) {
    const line = phone.querySelector(".trouble");
    if (!line) return;
    line.textContent = text;
    line.hidden = false;
    setTimeout(() => { line.textContent = texts.offline; line.hidden = state.isOnline; }, 4000);
}

async function refreshOpen() {
    if (!state.open) return;
    const { username } = state.open.chat.bot;
    const known = Math.max(0, ...state.open.messages.map((message) => message.revision));
    const fresh = await call(`/phone/chats/${encodeURIComponent(username)}/messages?after=${known}`);
    if (state.open.chat.bot.username !== username) return;
    const byID = new Map(state.open.messages.map((message) => [message.id, message]));
    for (const message of fresh.messages) {
        byID.set(message.id, message);
        if (message.from === "bot") delete state.typingUntil[username];
    }
    state.open = { chat: fresh.chat, messages: [...byID.values()].sort((one, other) => one.id - other.id) };
    if (state.screen.kind === "chat") drawChat();
}

async function refreshChats() {
    state.chats = (await call("/phone/chats")).chats;
    if (state.screen.kind === "list") drawList();
}

/* The sheet that asks for a new bot: for a manager, or for oneself with a token to copy. */
function askForBot({ manager, requestID, name = "", username = "" }) {
    const nameField = make("input", { name: "name", value: name, maxlength: "64", required: true, autocomplete: "off" });
    const usernameField = make("input", { name: "username", value: username, maxlength: "32", required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    const fault = make("p", { class: "fault", role: "alert" });
    const create = make("button", { class: "primary" }, texts.create);
    const form = make("form", { onsubmit: async (event) => {
        event.preventDefault();
        create.disabled = true;
        fault.textContent = "";
        const wanted = { name: nameField.value, username: usernameField.value.trim().replace(/^@/, "") };
        try {
            if (manager) {
                const bot = await call("/phone/managed-bots", { ...wanted, manager: manager.username, request_id: requestID });
                sheet.close();
                await openChat(bot.username);
            } else {
                showToken(await call("/phone/bots", wanted));
            }
        } catch (error) {
            fault.textContent = faultText(error);
            if (error.suggestion) fault.append(" ", make("button", { class: "quiet", type: "button", onclick: () => { usernameField.value = error.suggestion; fault.textContent = ""; } },
                texts.use.replace("{username}", "@" + error.suggestion)));
        }
        create.disabled = false;
    } },
    manager ? avatar(name || manager.name, username || manager.username) : null,
    make("h2", { id: "sheet-title" }, manager ? texts.createFor : texts.createOwn),
    make("p", {}, manager ? texts.managedBy.replace("{manager}", manager.name) : texts.ownHint),
    make("label", {}, texts.name, nameField), make("label", {}, texts.username, usernameField),
    fault, create, make("button", { class: "quiet", type: "button", onclick: () => sheet.close() }, texts.cancel));
    sheet.replaceChildren(form);
    if (!sheet.open) sheet.showModal();
}

function showToken(bot) {
    const field = make("input", { class: "token", value: bot.token, readonly: true, "aria-label": texts.token });
    const copy = make("button", { class: "primary", type: "button", onclick: async () => {
        field.select();
        await navigator.clipboard?.writeText(bot.token);
        copy.textContent = texts.copied;
    } }, texts.copy);
    sheet.replaceChildren(make("div", { class: "body" }, avatar(bot.name, bot.username),
        make("h2", { id: "sheet-title" }, texts.done), make("p", {}, texts.tokenHint), field, copy,
        make("button", { class: "quiet", type: "button", onclick: () => { sheet.close(); openChat(bot.username); } }, texts.openChat)));
    refreshChats();
}

const events = new EventSource("/phone/events");
function setOnline(isOnline) {
    state.isOnline = isOnline;
    const line = phone.querySelector(".trouble");
    if (line) line.hidden = isOnline;
}
events.addEventListener("hello", () => { setOnline(true); refreshChats(); refreshOpen(); });
events.addEventListener("change", (event) => {
    refreshChats();
    if (state.open?.chat.bot.username === JSON.parse(event.data).bot) refreshOpen();
});
events.addEventListener("typing", (event) => {
    const { bot } = JSON.parse(event.data);
    state.typingUntil[bot] = Date.now() + 5500;
    const redraw = () => { if (state.screen.kind === "chat" && state.open?.chat.bot.username === bot) drawLog(); };
    redraw();
    setTimeout(redraw, 5600);
});
events.addEventListener("answer", (event) => {
    const { bot, text } = JSON.parse(event.data);
    if (text && state.open?.chat.bot.username === bot) tell(text);
});
events.addEventListener("error", () => setOnline(false));
document.addEventListener("visibilitychange", markSeen);
addEventListener("popstate", () => location.reload());

draw();
if (state.screen.kind === "newBot") {
    state.screen = { kind: "chat", bot: state.open.chat.bot.username };
    draw();
    askForBot({ manager: state.open.chat.bot, name: content.screen.name, username: content.screen.username });
}
