import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import SQL
import Stripe

/// Brings events to the webhook endpoint, each at least once, until it is acknowledged or three days have passed.
struct StripeDelivery: Sendable {
    let database: any Database
    let webhookURL: String
    let webhookSecret: String
    let httpClient: HTTPClient
    let now: @Sendable () -> Int64
    let logger: Logger

    private static let atOnce = 16
    private static let longestPause: Int64 = 30
    private static let lifetime: Int64 = 3 * 86_400
    private static let never = Int64.max

    private struct Delivery: Sendable {
        let eventID: String
        let attempts: Int64
        let createdAt: Int64
        let payload: [UInt8]
    }

    /// Tries everything that is due, several at once, so in no particular order.
    /// - Throws: `SQLError`.
    func deliverDue() async throws {
        while true {
            let due = try await due()
            if due.isEmpty { return }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for delivery in due {
                    group.addTask { try await record(delivery, isAcknowledged: await send(delivery)) }
                }
                try await group.waitForAll()
            }
        }
    }

    private func due() async throws -> [Delivery] {
        let now = now()
        return try await database.read { transaction in
            try transaction.query(
                """
                SELECT d.event_id, d.attempts, d.created_at, o.body FROM stripe_deliveries d
                JOIN stripe_objects o ON o.id = d.event_id WHERE d.next_at <= ?1 ORDER BY d.next_at, o.position LIMIT ?2
                """, [.integer(now), .integer(Int64(Self.atOnce))]
            ).map { row in
                Delivery(
                    eventID: try row.text("event_id"), attempts: try row.integer("attempts"),
                    createdAt: try row.integer("created_at"), payload: Array(try row.text("body").utf8))
            }
        }
    }

    /// - Returns: whether the endpoint answered 2xx.
    private func send(_ delivery: Delivery) async -> Bool {
        var request = HTTPClientRequest(url: webhookURL)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        request.headers.add(
            name: "Stripe-Signature",
            value: StripeSignature.sign(payload: delivery.payload, secret: webhookSecret, timestamp: now()))
        request.body = .bytes(ByteBuffer(bytes: delivery.payload))
        do {
            let response = try await httpClient.execute(request, timeout: .seconds(10))
            // What isn't read would keep the connection from the next event.
            _ = try await response.body.collect(upTo: 64 << 10)
            if (200..<300).contains(response.status.code) { return true }
            logger.debug(
                "the webhook endpoint refused an event",
                metadata: ["event": "\(delivery.eventID)", "status": "\(response.status.code)"])
        } catch {
            logger.debug(
                "the webhook endpoint does not answer", metadata: ["event": "\(delivery.eventID)", "error": "\(error)"])
        }
        return false
    }

    private func record(_ delivery: Delivery, isAcknowledged: Bool) async throws {
        let now = now()
        // What is given up on stays known as undelivered.
        let isOver = now - delivery.createdAt > Self.lifetime
        let next = isOver ? Self.never : now + min(Self.longestPause, 1 << min(delivery.attempts, 5))
        _ = try await database.write { transaction in
            if isAcknowledged {
                try transaction.execute("DELETE FROM stripe_deliveries WHERE event_id = ?1", [.text(delivery.eventID)])
            } else {
                try transaction.execute(
                    "UPDATE stripe_deliveries SET attempts = attempts + 1, next_at = ?2 WHERE event_id = ?1",
                    [.text(delivery.eventID), .integer(next)])
            }
        }
    }
}
