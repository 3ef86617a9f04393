import AsyncHTTPClient
import Core
import Jobs
import NIOCore
import NIOHTTP1
import SQL
import Store
import Telegram

extension StatusProbes {
    /// Where the parts of the service are asked.
    struct Places: Sendable {
        let site: String
        /// The token proxy's own word for how it does.
        let proxy: String
        /// Those who answer for the token proxy.
        let upstreams: [String]
        let payments: String

        /// - Parameter manager: the platform's own bot.
        func probes(
            manager: TelegramClient, client: HTTPClient, database: any Database, clock: WallClock
        ) -> [StatusPart: Probe] {
            [
                .site: { try await Self.status(site, client) == 200 },
                .model: { try await modelAnswers(client) },
                .telegram: {
                    _ = try await manager.getMe()
                    return true
                },
                // Without a key: Stripe refuses it, and so answers.
                .payments: { try await Self.status(payments, client) < 500 },
                .agents: { try await StatusProbes.agentsWork(database, now: clock.now) },
            ]
        }

        /// Whether the token proxy can do its work and finds nothing wrong behind it, and one of its upstreams answers: asked
        /// without a key, so that it costs nothing.
        private func modelAnswers(_ client: HTTPClient) async throws -> Bool {
            let answer = try await client.execute(HTTPClientRequest(url: proxy), timeout: .seconds(5))
            let body = try await answer.body.collect(upTo: 1 << 16)
            guard answer.status.code == 200,
                !String(buffer: body).contains(#"{"name":"upstream","status":"troubled"}"#)
            else { return false }
            for upstream in upstreams {
                if let code = try? await Self.status(upstream, client), code < 500 { return true }
            }
            return false
        }

        private static func status(_ url: String, _ client: HTTPClient) async throws -> Int {
            Int(try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(8)).status.code)
        }
    }

    /// How long a reconcile job may be overdue before the operator counts as down.
    private static let lateness = Duration.seconds(900)

    /// Unless more than a tenth of those that are meant to run have failed (one alone is its owner's trouble), or nobody
    /// makes real what is wanted of them.
    static func agentsWork(_ database: any Database, now: Timestamp) async throws -> Bool {
        let (boxes, jobs) = try await database.read { transaction in
            (try FiguresStore(transaction).boxes(), try JobStore(transaction).figures())
        }
        let wanted = boxes.filter { $0.desired == DesiredState.running.rawValue }
        let failed = wanted.filter { $0.status == BoxStatus.failed.rawValue }.reduce(0) { $0 + $1.count }
        let all = wanted.reduce(0) { $0 + $1.count }
        let isLate = jobs.contains {
            $0.kind == ReconcileBox.kind && $0.state == .queued && now - $0.firstDue > lateness
        }
        return !isLate && (failed < 2 || failed * 10 <= all)
    }
}
