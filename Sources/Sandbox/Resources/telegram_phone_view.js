/* Pure functions from data to elements. Text only ever enters as text. */
function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (value === true) element.setAttribute(name, "");
        else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
}

const shapes = {
    back: "M15 5l-7 7 7 7", add: "M12 5v14M5 12h14", send: "M12 19V6M6 11l6-6 6 6",
    bubble: "M6 9a5 5 0 0 1 5-5h10a5 5 0 0 1 5 5v8a5 5 0 0 1-5 5h-6l-6 5v-5.500a5 5 0 0 1-3-4.500z",
};

function drawing(name, box = 24) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${box} ${box}`);
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shapes[name]);
    svg.append(path);
    return svg;
}

function avatar(name, username) {
    const letters = name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();
    let hue = 7;
    for (const character of username.toLowerCase()) hue = (hue * 31 + character.codePointAt(0)) % 360;
    const circle = make("span", { class: "avatar", "aria-hidden": "true" }, letters || "?");
    circle.style.setProperty("--hue", hue);
    return circle;
}

/* Links to Telegram stay on this phone; only http and https become links at all. */
function address(text) {
    try {
        const url = new URL(text, location.href);
        if (/^(www\.)?(t|telegram)\.me$/.test(url.hostname)) return "/t.me" + url.pathname + url.search;
        return ["http:", "https:"].includes(url.protocol) ? url.href : null;
    } catch {
        return null;
    }
}

function link(text, label, className) {
    const target = address(text);
    if (!target) return make("button", { disabled: true, type: "button" }, label);
    const stays = target.startsWith("/t.me/") || target.startsWith(location.origin + "/t.me/");
    return make("a", { href: target, class: className, target: stays ? null : "_blank", rel: "noopener" }, label);
}

function linked(text) {
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(/https?:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)\]]/g)) {
        parts.push(text.slice(end, match.index), link(match[0], match[0]));
        end = match.index + match[0].length;
    }
    parts.push(text.slice(end));
    return parts;
}

function messageView(message, earlier) {
    if (message.from === "service") return make("p", { class: "note" }, texts.created + message.text);
    const follows = earlier && earlier.from === message.from && message.sentAt - earlier.sentAt < 300000;
    const classes = ["message", message.from === "person" ? "mine" : "", follows ? "follows" : ""].join(" ");
    const time = (message.edited ? texts.edited + " " : "") + clock.format(message.sentAt);
    return make("div", { class: classes, "data-id": message.id },
        make("div", { class: "bubble" },
            message.from === "person" ? make("span", { class: "visually-hidden" }, texts.you) : null,
            make("span", { class: "text" }, ...linked(message.text)),
            make("time", { class: "meta", datetime: new Date(message.sentAt).toISOString() }, time)),
        message.buttons
            ? make("div", { class: "inline" }, ...message.buttons.map((row) =>
                make("div", {}, ...row.map((button) => button.callback_data
                    ? make("button", { type: "button", onclick: () => press(message, button.callback_data) }, button.text)
                    : link(button.url ?? "no:url", button.text)))))
            : null);
}

function typingView() {
    return make("div", { class: "typing", "aria-hidden": "true" },
        make("div", { class: "bubble" }, make("i"), make("i"), make("i")));
}

function aboutView(bot) {
    return make("div", { class: "about" }, avatar(bot.name, bot.username), make("strong", {}, bot.name),
        make("p", {}, bot.description || texts.about));
}

/* Elements of a log in their order; days are told apart. */
function logView(conversation, isTyping) {
    const shown = conversation.messages.filter((message) => !message.deleted);
    const elements = shown.length ? [] : [aboutView(conversation.chat.bot)];
    shown.forEach((message, index) => {
        const earlier = shown[index - 1];
        const isNewDay = !earlier || dayOf(earlier.sentAt) !== dayOf(message.sentAt);
        if (isNewDay) elements.push(make("p", { class: "day" }, dayOf(message.sentAt)));
        elements.push(messageView(message, isNewDay ? null : earlier));
    });
    if (isTyping) elements.push(typingView());
    return elements;
}

function chatItem(chat, isUnread, open) {
    const { bot, last } = chat;
    const said = !last ? bot.description || texts.about
        : last.from === "service" ? texts.created + last.text : (last.from === "person" ? texts.you : "") + last.text;
    const time = !last ? "" : dayOf(last.sentAt) === texts.today ? clock.format(last.sentAt) : dayOf(last.sentAt);
    return make("li", { class: isUnread ? "unread" : "" },
        make("a", { href: "/t.me/" + bot.username, onclick: open }, avatar(bot.name, bot.username),
            make("span", { class: "lines" },
                make("span", { class: "top" }, make("span", { class: "name ellipsis" }, bot.name), make("time", {}, time)),
                make("span", { class: "snippet ellipsis" }, said))));
}

function emptyView(title, text, action) {
    return make("div", { class: "empty" }, drawing("bubble", 32), make("strong", {}, title), make("span", {}, text), action);
}
