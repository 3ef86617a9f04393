import FoundationEssentials

/// Something that happened, as a customer's own program is told of it.
package struct WebhookEvent: Sendable, Hashable {
    /// What an endpoint can be told of. The raw values are part of the public API.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case agentProvisioning = "agent.provisioning"
        case agentRunning = "agent.running"
        case agentFailed = "agent.failed"
        case agentSuspended = "agent.suspended"
        case agentDeleted = "agent.deleted"
        case agentHeld = "agent.held"
        case usageThresholdReached = "usage.threshold_reached"
        /// Sent when its owner asks for it, to any endpoint.
        case test = "webhook.test"

        /// Those that an endpoint is registered for.
        package static let choosable = allCases.filter { $0 != .test }
    }

    package let kind: Kind
    private let content: Content

    private struct Content: Encodable, Hashable {
        var agentID: Box.ID?
        var reason: String?
        var percent: Int?

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case reason, percent
        }
    }

    /// That an agent's status has become another.
    /// - Returns: `nil` for one that nobody has paid for yet.
    package init?(_ status: BoxStatus, of boxID: Box.ID) {
        switch status {
        case .draft: return nil
        case .provisioning: kind = .agentProvisioning
        case .running: kind = .agentRunning
        case .failed: kind = .agentFailed
        case .suspended: kind = .agentSuspended
        case .deleted: kind = .agentDeleted
        }
        content = Content(agentID: boxID)
    }

    /// That an agent was stopped because it ran away.
    package init(_ reason: AgentHold.Reason, of boxID: Box.ID) {
        kind = .agentHeld
        content = Content(agentID: boxID, reason: reason.rawValue)
    }

    /// That so much of the period's units is used; see ``Notice/usagePercentages``.
    package init(usedPercent percent: Int, of boxID: Box.ID) {
        kind = .usageThresholdReached
        content = Content(agentID: boxID, percent: percent)
    }

    /// Tells nothing.
    package static let test = WebhookEvent()

    private init() {
        kind = .test
        content = Content()
    }

    /// - Returns: what is sent: a JSON object with `type`, `timestamp` and `data`
    ///   (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure).
    /// - Throws: an `EncodingError`.
    package func body(at time: Timestamp) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(
            decoding: try encoder.encode(Body(type: kind, timestamp: time.description, data: content)), as: UTF8.self)
    }

    private struct Body: Encodable {
        let type: Kind
        let timestamp: String
        let data: Content
    }
}
