import Core
import Telegram

/// A message of the conversation as Telegram shows it: plain text, and buttons for what can be acted on.
struct TelegramPost: Sendable, Hashable {
    /// Telegram's limit, which counts as UTF-16 does. Source: https://core.telegram.org/bots/api#sendmessage
    static let longestText = 4096

    /// What a post is made with, besides the message.
    struct Scene: Sendable {
        let conversation: Conversation
        let language: Language
        let plans: PlanTable
        let box: Box?
        /// Stripe's page, if the message's card leads to one that can still be paid.
        let checkoutURL: String?
        /// See ``OnboardingService``.
        let telegramLinkBase: String
    }

    /// One after the other; the buttons are below the last.
    let texts: [String]
    let markup: ReplyMarkup

    init(_ message: ChatMessage, in scene: Scene) {
        var text = message.text
        var markup = ReplyMarkup.removeKeyboard
        switch message.card {
        case .choices(let list): markup = Self.choices(list, of: message, scene)
        case .plans(let recommended):
            let lines = scene.plans.all.map { $0.line[scene.language] }.filter { !text.contains($0) }
            if !lines.isEmpty { text += "\n\n" + lines.joined(separator: "\n") }
            let names = scene.plans.all.map { plan in
                (plan.tier == recommended ? "★ " : "") + "\(plan.name) · \(plan.price(scene.language))"
            }
            markup = Self.choices(names, of: message, scene)
        case .telegram(let url):
            if TelegramCode.shown(inLink: url) == nil {
                Self.link(url, TelegramTexts.openBotFather[scene.language], &text, &markup)
            } else if let box = scene.box {
                markup = .createBot(box, scene.conversation, TelegramTexts(language: scene.language, publicURL: ""))
            }
        case .checkout:
            if let url = scene.checkoutURL { Self.link(url, TelegramTexts.pay[scene.language], &text, &markup) }
        case .agent:
            if let box = scene.box, let bot = box.bot {
                let label = TelegramTexts.open(box.agentName)[scene.language]
                Self.link("\(scene.telegramLinkBase)/\(bot.username)", label, &text, &markup)
            }
        case .progress, nil: break
        }
        texts = Self.parts(text)
        self.markup = markup
    }

    /// A message of ours that is no part of the conversation, with a link.
    init(_ text: String, link: String, _ label: String) {
        var (text, markup) = (text, ReplyMarkup.removeKeyboard)
        Self.link(link, label, &text, &markup)
        texts = Self.parts(text)
        self.markup = markup
    }

    /// The buttons below the message, if there are any.
    var buttons: InlineKeyboard? {
        if case .inline(let keyboard) = markup { keyboard } else { nil }
    }

    /// The same without buttons, for a Telegram that refuses them: links stand in the text.
    var plain: [String] {
        let links = (buttons?.rows ?? []).joined().compactMap(\.url)
        return links.isEmpty
            ? texts : texts.dropLast() + Self.parts((texts.last ?? "") + "\n\n" + links.joined(separator: "\n"))
    }

    private static func choices(_ labels: [String], of message: ChatMessage, _ scene: Scene) -> ReplyMarkup {
        .inline(
            InlineKeyboard(
                labels.enumerated().map { index, label in
                    let pressed = PressedButton(
                        conversationID: scene.conversation.id, position: message.position, index: index)
                    return [InlineButton(text: label, callbackData: pressed.data)]
                }))
    }

    /// Telegram makes no button of a link without TLS; the sandbox's are on this machine.
    private static func link(_ url: String, _ label: String, _ text: inout String, _ markup: inout ReplyMarkup) {
        if ["https://", "http://localhost", "http://127.0.0.1"].contains(where: url.hasPrefix) {
            markup = .inline(InlineKeyboard([[InlineButton(text: label, url: url)]]))
        } else {
            text += "\n\n" + url
        }
    }

    /// Cuts a text where a paragraph, a line or a word ends.
    static func parts(_ text: String) -> [String] {
        var parts: [String] = []
        var rest = text[...]
        while rest.utf16.count > longestText {
            let most = rest.utf16.index(rest.startIndex, offsetBy: longestText)
            // Never within a character.
            let end = rest.indices.last { $0 <= most } ?? rest.endIndex
            let head = rest[..<end]
            let breaks = ["\n\n", "\n", " "].lazy.compactMap { mark in
                head.ranges(of: mark).last.map(\.lowerBound).flatMap { $0 > head.startIndex ? $0 : nil }
            }
            let cut = breaks.first ?? end
            parts.append(String(rest[..<cut]))
            rest = rest[cut...].drop(while: \.isWhitespace)
        }
        return rest.isEmpty && !parts.isEmpty ? parts : parts + [String(rest)]
    }
}

/// What a button below a message of the conversation carries: which answer it is, to which message.
struct PressedButton: Sendable, Hashable {
    let conversationID: Conversation.ID
    let position: Int64
    /// Among the message's answers.
    let index: Int

    init(conversationID: Conversation.ID, position: Int64, index: Int) {
        self.conversationID = conversationID
        self.position = position
        self.index = index
    }

    /// - Returns: `nil` for what isn't ours.
    init?(_ data: String) {
        let parts = data.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let id = Conversation.ID(String(parts[0])), let position = Int64(parts[1]), position > 0,
            let index = Int(parts[2])
        else { return nil }
        self.init(conversationID: id, position: position, index: index)
    }

    /// At most 64 bytes, Telegram's limit: an id has 30.
    var data: String { "\(conversationID):\(position):\(index)" }
}

extension ReplyMarkup {
    /// The button that has Telegram create the agent's bot, and the one for those for whom it doesn't.
    static func createBot(_ box: Box, _ conversation: Conversation, _ texts: TelegramTexts) -> ReplyMarkup {
        let create = KeyboardButton(
            text: texts.createButton(agentName: box.agentName),
            requestManagedBot: RequestManagedBot(agentName: box.agentName, seed: conversation.id.body))
        return .keyboard(ReplyKeyboard([[create], [KeyboardButton(text: texts.refusedButton)]]))
    }
}
