import HTTPTypes
import Hummingbird

/// What the platform asks of a gateway over HTTP, with the same refusals (https://docs.openclaw.ai/plugins/admin-http-rpc).
extension AgentGateway {
    private struct Call: Decodable {
        let method: String
        let params: Parameters?

        struct Parameters: Decodable {
            let channel: String?
            let requestId: String?
            let drain: Bool?
        }
    }

    private struct Answer<Payload: Encodable>: Encodable {
        let ok = true
        let payload: Payload
    }

    private struct Refusal: Encodable {
        let ok = false
        let error: Reason

        struct Reason: Encodable {
            let code: String
            let message: String
        }
    }

    func answer(_ request: Request) async throws -> Response {
        guard !token.isEmpty, request.headers[.authorization] == "Bearer \(token)" else {
            return try .json(["error": "Unauthorized"], status: .unauthorized)
        }
        let buffer = try await request.body.collect(upTo: 1 << 20)
        guard let call = try? JSONText.decode(Call.self, from: String(buffer: buffer)) else {
            return try refuse("bad params")
        }
        switch (call.method, call.params?.channel) {
        case ("channels.status", _):
            return try .json(Answer(payload: AgentChannels(await health.traffic)))
        case ("channels.start", "telegram"):
            // It always runs: the stand-in has no brake.
            return try .json(Answer(payload: AgentChannelStart()))
        case ("gateway.suspend.prepare", _):
            guard let id = call.params?.requestId, !id.isEmpty else { return try refuse("requestId is missing") }
            let isBusy = await health.isBusy
            let busy = call.params?.drain == true ? "draining" : "busy"
            return try .json(
                Answer(
                    payload: AgentSuspension(
                        status: isBusy ? busy : "ready", suspensionId: isBusy ? nil : id, activeCount: isBusy ? 1 : 0)))
        default:
            return try refuse("the stand-in has no \(call.method)")
        }
    }

    private func refuse(_ message: String) throws -> Response {
        try .json(Refusal(error: .init(code: "INVALID_REQUEST", message: message)), status: .badRequest)
    }
}

private struct AgentChannelStart: Encodable {
    let channel = "telegram"
    let accountId = "default"
    let started = true
}

private struct AgentSuspension: Encodable {
    let status: String
    let suspensionId: String?
    let activeCount: Int
}

private struct AgentChannels: Encodable {
    let channelAccounts: [String: [Account]]

    struct Account: Encodable {
        let accountId = "default"
        let running = true
        let lastInboundAt: Int64?
        let lastOutboundAt: Int64?
    }

    init(_ traffic: AgentHealth.Traffic) {
        channelAccounts = [
            "telegram": [
                Account(lastInboundAt: traffic.inbound, lastOutboundAt: traffic.outbound)
            ]
        ]
    }
}
