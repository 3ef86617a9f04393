import Account
import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1
import S3

extension Composition {
    /// For how long a saved state can be fetched with one press.
    private static let downloadLifetime = Duration.seconds(300)

    /// What customers can do with what was saved of their agents; `nil` where nothing is.
    static func objects(_ platform: Platform) -> BackupObjects? {
        guard let backup = platform.configuration.backup else { return nil }
        let (signer, client, clock) = (backup.signer, platform.httpClient, platform.clock)
        // A store without TLS is the cluster's own.
        let isPublic = backup.endpoint.hasPrefix("https://")
        return BackupObjects(
            download: { key in
                isPublic ? signer.url(.get, key: key, from: clock.now.date, lifetime: downloadLifetime) : nil
            },
            delete: { key in
                var request = HTTPClientRequest(
                    url: signer.url(.delete, key: key, from: clock.now.date, lifetime: .seconds(60)))
                request.method = .DELETE
                let status = try await client.execute(request, timeout: .seconds(30)).status.code
                guard (200..<300).contains(status) || status == 404 else {
                    throw DomainError(.unavailable, code: "backup_store", "The store of backups answered \(status).")
                }
            })
    }
}
