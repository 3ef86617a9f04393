import ModelAPI

/// How an upstream's model is told whether to think before it answers. Pure.
enum ThinkingControl: Hashable {
    /// `reasoning_effort`, as it comes.
    case effort
    /// `thinking`, on or off, and no `reasoning_effort`.
    case onOff

    /// By what the upstream's names of the models begin with; others take what clients of OpenAI's form send.
    private static let table: [(prefix: String, control: ThinkingControl)] = [
        ("kimi-k2.5", .onOff), ("kimi-k2.6", .onOff),
    ]

    /// - Parameter model: the upstream's name of it.
    init(model: String) {
        self = Self.table.first { model.hasPrefix($0.prefix) }?.control ?? .effort
    }

    /// - Parameter isAgents: OpenClaw names no effort where thinking is off; of others, who say nothing, nobody knows.
    /// - Returns: `nil` if the request may stay as it is.
    func change(isAgents: Bool) -> ThinkingSwitch? {
        self == .onOff ? ThinkingSwitch(byDefault: isAgents ? false : nil) : nil
    }
}
