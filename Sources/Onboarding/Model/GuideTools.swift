import Core
import FoundationEssentials

/// The tools that a model is offered, and what becomes of its calls. Each is one of ``ToolCall``: the same guards as for the script.
enum GuideTools {
    static let all: [ModelTool] = [
        tool(
            "set_purpose", "What the agent should do, in the visitor's own words.", ["text": text("in the visitor's words")]),
        tool("set_agent_name", "The agent's name, as the visitor said it.", ["name": text("the name alone")]),
        tool("set_owner", "The visitor's own name.", ["name": text("the name alone")]),
        tool(
            "set_tone", "How the agent writes.",
            ["tone": choice("the manner", InterviewState.Tone.allCases.map(\.rawValue))]),
        tool(
            "set_language", "The language of this conversation and its pages; only when the visitor asks for it.",
            ["language": choice("of the pages", Language.allCases.map(\.rawValue))]),
        tool(
            "set_owner_language", "The language that the agent writes with its owner, if it is another one.",
            ["language": choice("of the agent", SpokenLanguage.allCases.map(\.rawValue))]),
        tool(
            "set_budget", "The most that the visitor said they want to spend.",
            ["dollars": ModelTool.Property(type: "integer", description: "whole US dollars a month")]),
        tool(
            "recommend_plan", "The plan that fits how much the visitor will use the agent; a budget binds it.",
            ["usage": choice("unknown only if they were asked and don't know", ["light", "daily", "heavy", "unknown"])]),
        tool(
            "choose_plan", "The plan that the visitor has chosen in so many words.",
            ["plan": choice("the plan", Tier.allCases.map(\.rawValue))]),
        tool(
            "answer_from_facts", "What is known about the product; say nothing else about it.",
            ["topic": choice("of the question", FactTopic.allCases.map(\.rawValue))]),
        tool("connect_telegram", "Shows the link that connects Telegram, below your words.", [:]),
        tool("start_checkout", "Shows the summary and the payment page, below your words.", [:]),
    ]

    private static func tool(_ name: String, _ description: String, _ properties: [String: ModelTool.Property]) -> ModelTool
    {
        ModelTool(
            function: .init(
                name: name, description: description,
                parameters: .init(properties: properties, required: properties.keys.sorted())))
    }

    private static func text(_ description: String) -> ModelTool.Property { .init(type: "string", description: description) }

    private static func choice(_ description: String, _ values: [String]) -> ModelTool.Property {
        .init(type: "string", description: description, enum: values)
    }

    private struct Arguments: Decodable {
        var text: String?
        var name: String?
        var tone: String?
        var language: String?
        var dollars: Int?
        var usage: String?
        var plan: String?
        var topic: String?
    }

    /// Does what a call asks for, if it may.
    /// - Returns: what the model is told.
    static func run(_ call: ModelToolCall, on turn: inout InterviewTurn, said reading: Reading) -> String {
        guard let arguments = try? JSONDecoder().decode(Arguments.self, from: Data(call.function.arguments.utf8)) else {
            return "Error: the arguments must be a JSON object of the tool's form."
        }
        switch call.function.name {
        case "answer_from_facts":
            guard let topic = arguments.topic.flatMap(FactTopic.init(rawValue:)) else {
                return "Not on the sheet. Say: \(turn.facts.unknown[turn.language])"
            }
            return turn.facts.answer(topic)[turn.language]
        case "connect_telegram": return reach(.telegram, turn)
        case "start_checkout": return reach(.payment, turn)
        default:
            guard let known = toolCall(call.function.name, arguments) else {
                return "Error: there is no such tool, or an argument is missing or not one of those listed."
            }
            return told(turn.use(known, said: reading), turn)
        }
    }

    private static func toolCall(_ name: String, _ arguments: Arguments) -> ToolCall? {
        switch name {
        case "set_purpose": arguments.text.map(ToolCall.setPurpose)
        case "set_agent_name": arguments.name.map(ToolCall.setAgentName)
        case "set_owner": arguments.name.map(ToolCall.setOwner)
        case "set_tone": arguments.tone.flatMap(InterviewState.Tone.init(rawValue:)).map(ToolCall.setTone)
        case "set_language": arguments.language.flatMap(Language.init(rawValue:)).map(ToolCall.setLanguage)
        case "set_owner_language": arguments.language.flatMap(SpokenLanguage.init(rawValue:)).map(ToolCall.setOwnerLanguage)
        case "set_budget":
            arguments.dollars.flatMap {
                Budget.amounts.contains($0) ? .setBudget(Budget(amount: $0, isStrict: false)) : nil
            }
        case "recommend_plan": arguments.usage.flatMap(Usage.init(rawValue:)).map(ToolCall.recommendPlan)
        case "choose_plan": arguments.plan.flatMap(Tier.init(rawValue:)).map(ToolCall.choosePlan)
        default: nil
        }
    }

    private static func told(_ result: ToolResult, _ turn: InterviewTurn) -> String {
        switch result {
        case .done:
            "Done. Next to ask: \(turn.step.rawValue)."
                + (turn.state.recommended.map { " Recommended: \(turn.plans[$0].name)." } ?? "")
        case .needsConfirmation(.name(let name)):
            "Not yet: ask whether it shall be called \(name). Yes and No are shown below your words."
        case .needsConfirmation(.plan(let tier)):
            "Not yet: say that \(turn.plans[tier].name) costs \(turn.plans[tier].price(turn.language)) a month and ask whether they want it. Yes and No are shown below your words."
        case .needsConfirmation: "Not yet: ask for a yes or no."
        case .refused(let reason): "Refused: \(reason)"
        }
    }

    private static func reach(_ step: InterviewState.Step, _ turn: InterviewTurn) -> String {
        turn.step == step ? "Done: it is shown below your words." : "Refused: first comes \(turn.step.rawValue)."
    }
}

extension ToolCall {
    /// As a model would call it: the script's reading of a message, for the model to follow or to correct.
    var asModelCall: (name: String, arguments: [String: String]) {
        switch self {
        case .setPurpose(let text): ("set_purpose", ["text": text])
        case .setAgentName(let name): ("set_agent_name", ["name": name])
        case .setOwner(let name): ("set_owner", ["name": name])
        case .setTone(let tone): ("set_tone", ["tone": tone.rawValue])
        case .setLanguage(let language): ("set_language", ["language": language.rawValue])
        case .setOwnerLanguage(let language): ("set_owner_language", ["language": language.rawValue])
        case .setBudget(let budget): ("set_budget", ["dollars": "\(budget.amount)"])
        case .recommendPlan(let usage): ("recommend_plan", ["usage": usage.rawValue])
        case .choosePlan(let tier): ("choose_plan", ["plan": tier.rawValue])
        }
    }
}
