import FoundationEssentials
import Synchronization
import Testing

@testable import Kubernetes

/// A folder that goes away.
struct ConfigurationFolder: Sendable {
    let path: String

    static func with<Result>(_ body: (ConfigurationFolder) async throws -> Result) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "openclaw-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(ConfigurationFolder(path: path))
    }

    /// - Returns: the file's path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func lines(_ name: String) throws -> [String] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }

    /// What a service account gives to a pod.
    func writeServiceAccount(token: String = "pod-token", namespace: String? = "shop") throws {
        try write("token", token + "\n")
        try write("ca.crt", Sample.certificate)
        if let namespace { try write("namespace", namespace) }
    }
}

/// A clock that stands still unless it is moved.
final class SteppedClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    func advance(by duration: Duration) { instant.withLock { $0 += duration } }

    var now: @Sendable () -> ContinuousClock.Instant { { [self] in instant.withLock { $0 } } }
}

enum Sample {
    /// 12:00 on the first of March, 2026, in UTC.
    static let date = Date(timeIntervalSince1970: 1_772_366_400)

    static let clientCertificate = ClientCertificate(chain: Array(certificate.utf8), key: Array(key.utf8))

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBizCCATGgAwIBAgIUQaosxm6qa96BCl8KkymEQyof230wCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPa3ViZXJuZXRlcy10ZXN0MCAXDTI2MTEyNTEyNTgxNFoYDzIx
        MjYxMTAxMTI1ODE0WjAaMRgwFgYDVQQDDA9rdWJlcm5ldGVzLXRlc3QwWTATBgcq
        hkjOPQIBBggqhkjOPQMBBwNCAAT1D+9A0LU0hn482cWQi1NWJhmokpbveHRm0Gkl
        ES5zTzcoD+33r2K6J8eKuwCBmUgopE7MTRJ8rTeWfmWIEcSPo1MwUTAdBgNVHQ4E
        FgQUBhLj1qW044JMZ4fcdgxXHOcjp8IwHwYDVR0jBBgwFoAUBhLj1qW044JMZ4fc
        dgxXHOcjp8IwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAjmJj
        ixNP1Ch9zYdshA6HGv2FEtQrPJLi6MlQVDqr8KUCIGcofA58c7LC1dMKKA7bc0om
        cMAhrtAotm44DcIedLzr
        -----END CERTIFICATE-----
        """

    /// The certificate's; opens nothing.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgN7x0r2l4uxgxiRNa
        OWcFfQOkTJJYmvlMGoQHT6FydOqhRANCAAT1D+9A0LU0hn482cWQi1NWJhmokpbv
        eHRm0GklES5zTzcoD+33r2K6J8eKuwCBmUgopE7MTRJ8rTeWfmWIEcSP
        -----END PRIVATE KEY-----
        """
}
