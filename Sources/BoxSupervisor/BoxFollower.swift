import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Reads what a box in a pod says of itself.
package struct BoxFollower: Sendable {
    private let url: String

    /// - Parameter address: of the pod.
    package init(address: String) {
        url = "http://\(address.contains(":") ? "[\(address)]" : address):\(BoxFolders.port)/status"
    }

    /// Calls `took` with each report, and with `nil` when none is to be had, until the task is cancelled.
    package func follow(_ took: @Sendable (BoxReport?) async -> Void) async {
        var revision = -1
        var backoff = Backoff(from: .seconds(1), to: .seconds(30))
        while !Task.isCancelled {
            if let posting = await posting(after: revision) {
                revision = posting.revision
                backoff.reset()
                await took(posting.report)
                // Reports may come in a row while an agent starts.
                try? await Task.sleep(for: .milliseconds(100))
            } else {
                revision = -1
                await took(nil)
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    private func posting(after revision: Int) async -> ReportBoard.Posting? {
        let query = revision < 0 ? "" : "?after=\(revision)"
        let limit = Int64((BoxEndpoint.patience + .seconds(10)).components.seconds)
        guard
            let response = try? await Gateway.client.execute(
                HTTPClientRequest(url: url + query), timeout: .seconds(limit)),
            response.status == .ok, let body = try? await response.body.collect(upTo: 1 << 16)
        else { return nil }
        return try? JSONDecoder().decode(ReportBoard.Posting.self, from: Data(body.readableBytesView))
    }
}
