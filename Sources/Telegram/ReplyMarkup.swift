/// What a message shows for people to press.
package enum ReplyMarkup: Sendable, Hashable {
    /// Buttons in place of the keyboard: a press sends their text, or does what the button requests.
    case keyboard(ReplyKeyboard)
    /// Buttons under the message.
    case inline(InlineKeyboard)
    /// Takes the buttons away that an earlier message put in place of the keyboard.
    case removeKeyboard
}

extension ReplyMarkup: Codable {
    private enum CodingKeys: String, CodingKey {
        case keyboard
        case inlineKeyboard = "inline_keyboard"
        case removeKeyboard = "remove_keyboard"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.keyboard) {
            self = .keyboard(try ReplyKeyboard(from: decoder))
        } else if container.contains(.inlineKeyboard) {
            self = .inline(try InlineKeyboard(from: decoder))
        } else if try container.decode(Bool.self, forKey: .removeKeyboard) {
            self = .removeKeyboard
        } else {
            throw DecodingError.dataCorruptedError(
                forKey: .removeKeyboard, in: container, debugDescription: "remove_keyboard must be true")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .keyboard(let keyboard): try keyboard.encode(to: encoder)
        case .inline(let keyboard): try keyboard.encode(to: encoder)
        case .removeKeyboard:
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(true, forKey: .removeKeyboard)
        }
    }
}

/// Source: https://core.telegram.org/bots/api#replykeyboardmarkup
package struct ReplyKeyboard: Codable, Sendable, Hashable {
    package var keyboard: [[KeyboardButton]]
    package var resizeKeyboard: Bool?
    package var oneTimeKeyboard: Bool?

    package init(_ keyboard: [[KeyboardButton]], resizeKeyboard: Bool = true, oneTimeKeyboard: Bool = true) {
        self.keyboard = keyboard
        self.resizeKeyboard = resizeKeyboard
        self.oneTimeKeyboard = oneTimeKeyboard
    }

    package enum CodingKeys: String, CodingKey {
        case keyboard
        case resizeKeyboard = "resize_keyboard"
        case oneTimeKeyboard = "one_time_keyboard"
    }
}

/// Source: https://core.telegram.org/bots/api#keyboardbutton
package struct KeyboardButton: Codable, Sendable, Hashable {
    package var text: String
    package var requestManagedBot: RequestManagedBot?

    package init(text: String, requestManagedBot: RequestManagedBot? = nil) {
        self.text = text
        self.requestManagedBot = requestManagedBot
    }

    package enum CodingKeys: String, CodingKey {
        case text
        case requestManagedBot = "request_managed_bot"
    }
}

/// A press asks the person to confirm a new bot, which the sender will manage. Only in private chats.
/// Source: https://core.telegram.org/bots/api#keyboardbuttonrequestmanagedbot
package struct RequestManagedBot: Codable, Sendable, Hashable {
    package var requestID: Int64
    package var suggestedName: String?
    /// Must end in `bot`.
    package var suggestedUsername: String?

    package init(requestID: Int64, suggestedName: String? = nil, suggestedUsername: String? = nil) {
        self.requestID = requestID
        self.suggestedName = suggestedName
        self.suggestedUsername = suggestedUsername
    }

    package enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case suggestedName = "suggested_name"
        case suggestedUsername = "suggested_username"
    }
}

/// Source: https://core.telegram.org/bots/api#inlinekeyboardmarkup
package struct InlineKeyboard: Codable, Sendable, Hashable {
    package var rows: [[InlineButton]]

    package init(_ rows: [[InlineButton]]) {
        self.rows = rows
    }

    package enum CodingKeys: String, CodingKey {
        case rows = "inline_keyboard"
    }
}

/// Source: https://core.telegram.org/bots/api#inlinekeyboardbutton
package struct InlineButton: Codable, Sendable, Hashable {
    package var text: String
    /// What a press opens; of this and ``callbackData`` there is one.
    package var url: String?
    /// What the bot gets when it is pressed: 1 to 64 bytes.
    package var callbackData: String?

    package init(text: String, url: String? = nil, callbackData: String? = nil) {
        self.text = text
        self.url = url
        self.callbackData = callbackData
    }

    package enum CodingKeys: String, CodingKey {
        case text, url
        case callbackData = "callback_data"
    }
}

/// An entry of a bot's menu. Source: https://core.telegram.org/bots/api#botcommand
package struct BotCommand: Codable, Sendable, Hashable {
    /// Without the `/`: lowercase letters, digits and underscores.
    package var command: String
    package var description: String

    package init(command: String, description: String) {
        self.command = command
        self.description = description
    }
}
