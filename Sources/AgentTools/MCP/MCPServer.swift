import Core
import JSON

/// Answers the requests of one agent at a time; it keeps nothing between them
/// (https://modelcontextprotocol.io/specification/2025-11-25).
struct MCPServer: Sendable {
    /// The versions that are spoken, the newest first. To those who offer none of them the newest is offered.
    static let versions = ["2025-11-25", "2025-06-18", "2025-03-26"]

    let tools: Toolbox

    /// - Throws: ``RPCError``; whatever a tool's work throws that isn't for the agent to mend.
    func answer(_ method: String, _ parameters: JSONValue, for agent: ProxyCredential) async throws -> JSONValue {
        switch method {
        case "initialize":
            let asked = parameters["protocolVersion"]?.string ?? ""
            return [
                "protocolVersion": .string(Self.versions.contains(asked) ? asked : Self.versions[0]),
                "capabilities": ["tools": [:]],
                "serverInfo": ["name": "openclaw-cloud", "version": "1"],
            ]
        case "ping":
            return [:]
        case "tools/list":
            return ["tools": .array(tools.tools(for: agent.tier).map(\.description))]
        case "tools/call":
            guard let name = parameters["name"]?.string,
                let tool = tools.tools(for: agent.tier).first(where: { $0.name == name })
            else { throw RPCError(.invalidParameters, "There is no such tool.") }
            return Self.result(await tools.call(tool, parameters["arguments"] ?? [:], for: agent))
        default:
            throw RPCError(.methodNotFound, "This server doesn't know \(method.prefix(64)).")
        }
    }

    static func result(_ answer: ToolAnswer) -> JSONValue {
        ["content": [["type": "text", "text": .string(answer.text)]], "isError": .bool(answer.isError)]
    }
}
