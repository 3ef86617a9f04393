import Core
import JSON

/// What an agent can ask of the platform.
///
/// Names, descriptions and schemas go along with every call of the agent's model and are paid for each time: they are short.
enum Tool: String, Sendable, CaseIterable {
    case remindersSet = "reminders_set"
    case remindersList = "reminders_list"
    case remindersCancel = "reminders_cancel"
    case usageLeft = "usage_left"
    case timeZoneSet = "time_zone_set"
    case webSearch = "web_search"

    var name: String { rawValue }

    /// As `tools/list` has it.
    var description: JSONValue {
        ["name": .string(name), "description": .string(purpose), "inputSchema": schema]
    }

    private var purpose: String {
        switch self {
        case .remindersSet:
            "Sends the owner a message at a later time, by itself, even while you are off. Use it for every reminder."
        case .remindersList: "The waiting reminders with their ids, and the owner's date, time and time zone."
        case .remindersCancel: "Cancels a reminder."
        case .usageLeft: "What is left of this month's allowance, when it starts anew, and what used it."
        case .webSearch: "Searches the web: titles, addresses and a few words of pages. Read one with web_fetch."
        case .timeZoneSet: "Sets the owner's time zone. Call it when they say where they are; reminders follow."
        }
    }

    private var schema: JSONValue {
        switch self {
        case .remindersSet:
            Self.object(
                [
                    "text": [
                        "type": "string", "maxLength": .integer(Int64(Reminder.longestText)),
                        "description": "What the owner will read",
                    ],
                    "when": ["type": "string", "description": "The owner's local time, such as 2026-12-01T09:00"],
                    "repeat": [
                        "type": "string", "enum": .array(Reminder.Repetition.allCases.map { .string($0.rawValue) }),
                        "default": "once",
                    ],
                ], required: ["text", "when"])
        case .remindersCancel: Self.object(["id": ["type": "integer"]], required: ["id"])
        case .timeZoneSet:
            Self.object(
                ["zone": ["type": "string", "description": "IANA name, such as America/Sao_Paulo"]], required: ["zone"])
        case .webSearch:
            Self.object(["query": ["type": "string"], "count": ["type": "integer", "maximum": 8]], required: ["query"])
        case .remindersList, .usageLeft: Self.object([:], required: [])
        }
    }

    private static func object(_ properties: JSONObject, required: [String]) -> JSONValue {
        var schema: JSONObject = [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return .object(schema)
    }
}

/// What a tool answers: words that a small model understands.
struct ToolAnswer: Error, Sendable, Hashable {
    let text: String
    let isError: Bool

    init(_ text: String) {
        self.text = text
        isError = false
    }

    init(error text: String) {
        self.text = text
        isError = true
    }
}
