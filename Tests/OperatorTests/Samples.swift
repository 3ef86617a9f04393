import Core
import FoundationEssentials
import Store

@testable import Operator

enum Sample {
    static let customerID = Customer.ID("cst_01hzzzzzzz0000000000000001")!
    static let bot = Box.Bot(id: 77, username: "ada_agent_bot", sealedToken: "", ownerUserID: 123_456_789)
    static let botToken = Secret("77:AAAA-bot-token")
    static let botTokenHash = AccessToken(botToken.reveal()).hash
    static let settings = AgentSettings(tokenProxyURL: "http://127.0.0.1:8081/v1")

    static func box(
        _ number: Int = 1, name: String = "Ada", purpose: String = "Help me with my garden.", language: Language = .english,
        restartMarker: Int64 = 0
    ) -> Box {
        let suffix = String(number)
        let id = "box_01hzzzzzzz" + String(repeating: "0", count: 16 - suffix.count) + suffix
        return Box(
            id: Box.ID(id)!, customerID: customerID, tier: .starter, agentName: name, purpose: purpose, language: language,
            bot: bot, desired: .running, restartMarker: restartMarker, createdAt: Timestamp(milliseconds: 0))
    }

    static func specification(
        _ box: Box = box(), plan: Plan = PlanTable.builtIn[.starter], botToken: Secret = botToken, bot: Box.Bot = bot,
        proxyToken: String = "ocp_proxy-token", settings: AgentSettings = settings, image: String? = nil
    ) throws -> AgentSpecification {
        let token = AccessToken(proxyToken)
        return AgentSpecification(
            box, bot: bot, plan: plan, botToken: botToken, proxyToken: .init(hash: token.hash, secret: token.secret),
            settings: settings, image: image)
    }

    /// The Starter plan with another memory limit.
    static func plan(memoryLimit: Int) throws -> Plan {
        let json = String(decoding: try JSONEncoder().encode(PlanTable.builtIn[.starter]), as: UTF8.self)
        let changed = json.replacing("\"memoryLimit\":1536", with: "\"memoryLimit\":\(memoryLimit)")
        return try JSONDecoder().decode(Plan.self, from: Data(changed.utf8))
    }
}
