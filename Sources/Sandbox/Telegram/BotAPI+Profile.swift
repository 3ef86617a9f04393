import Telegram

extension BotAPI {
    func setMyName(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let name = try limited("name", parameters, to: 64)
        guard !name.isEmpty else { return true }  // Telegram: an empty name removes a translation, and here are none
        return try await changed(bot) { $0.name = name }
    }

    func setMyDescription(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let description = try limited("description", parameters, to: 512)
        return try await changed(bot) { $0.description = description }
    }

    func setMyShortDescription(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let description = try limited("short_description", parameters, to: 120)
        return try await changed(bot) { $0.shortDescription = description }
    }

    func setMyCommands(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        guard let commands = try parameters.decoded([BotCommand].self, "commands"), commands.count <= 100 else {
            throw BotAPIError.badRequest("can't parse BotCommands JSON object")
        }
        for command in commands {
            let isValid = command.command.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_")
            }
            guard isValid, (1...32).contains(command.command.count) else {
                throw BotAPIError.badRequest("BOT_COMMAND_INVALID")
            }
            guard (1...256).contains(command.description.count) else {
                throw BotAPIError.badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
            }
        }
        return try await changed(bot) { $0.commands = commands }
    }

    func deleteMyCommands(_ bot: StoredBot) async throws -> Bool {
        try await changed(bot) { $0.commands = [] }
    }

    private func changed(_ bot: StoredBot, _ body: @escaping @Sendable (inout StoredBot) -> Void) async throws -> Bool {
        try await change(bot, body)
        if let ownerID = bot.ownerID { await state.phones.send(.changed(bot: bot.username), to: ownerID) }
        return true
    }

    private func limited(_ name: String, _ parameters: BotAPIParameters, to length: Int) throws -> String {
        let text = parameters.text(name) ?? ""
        guard text.count <= length else { throw BotAPIError.badRequest("\(name) is too long") }
        return text
    }
}
