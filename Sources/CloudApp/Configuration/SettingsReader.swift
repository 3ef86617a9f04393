import Configuration
import Core
import FoundationEssentials
import HTTPSupport
import Logging
import Redis
import SMTP

/// Reads and checks one setting after the other, and remembers every fault instead of stopping at the first.
struct SettingsReader {
    private let reader: ConfigReader
    private(set) var faults: [String] = []

    init(_ reader: ConfigReader) {
        self.reader = reader
    }

    /// - Returns: what is set, or the fallback; an empty value counts as not set.
    func text(_ setting: Setting) -> String? { value(setting) ?? setting.fallback }

    func isSet(_ setting: Setting) -> Bool { value(setting) != nil }

    private func value(_ setting: Setting) -> String? {
        let value = reader.string(forKey: setting.key, isSecret: setting.isSecret)?.trimmed
        return value?.isEmpty == false ? value : nil
    }

    func secret(_ setting: Setting) -> Secret? {
        text(setting).map(Secret.init)
    }

    /// A PostgreSQL URL, which may hold a password.
    mutating func postgres(_ setting: Setting) -> Secret? {
        guard let url = secret(setting) else { return nil }
        if !["postgres://", "postgresql://"].contains(where: url.reveal().hasPrefix) {
            fault(setting, "must start with postgres:// (leave it empty for SQLite)")
        }
        return url
    }

    /// A Redis URL, which may hold a password.
    mutating func redis(_ setting: Setting) -> Secret? {
        guard let url = secret(setting) else { return nil }
        do {
            _ = try RedisClient(url: url.reveal(), logger: Logger(label: "openclaw-cloud"))
        } catch {
            fault(setting, "can't be used: \(error)")
        }
        return url
    }

    func list(_ setting: Setting) -> [String] {
        (text(setting) ?? "").split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    /// Ranges of addresses, separated by commas.
    mutating func ranges(_ setting: Setting) -> [AddressRange] {
        list(setting).compactMap { text in
            let range = AddressRange(text)
            if range == nil {
                fault(setting, "has '\(text)', which is no address or range of addresses such as 10.42.0.0/16")
            }
            return range
        }
    }

    /// A whole number above zero.
    mutating func count(_ setting: Setting, least: Int = 1) -> Int {
        let value = text(setting) ?? ""
        guard let count = Int(value), count >= least else {
            fault(setting, "must be a whole number\(least > 0 ? " above zero" : ""), not '\(value)'")
            return 1
        }
        return count
    }

    /// A plan's name.
    mutating func tier(_ setting: Setting) -> Tier {
        let value = text(setting) ?? ""
        guard let tier = Tier(rawValue: value.lowercased()) else {
            fault(setting, "must be one of \(Tier.allCases.map(\.rawValue).joined(separator: ", ")), not '\(value)'")
            return .pro
        }
        return tier
    }

    /// A whole number of seconds, 0 or more.
    mutating func seconds(_ setting: Setting) -> Int {
        let value = text(setting) ?? ""
        guard let seconds = Int(value), seconds >= 0 else {
            fault(setting, "must be a whole number of seconds, not '\(value)'")
            return 0
        }
        return seconds
    }

    mutating func flag(_ setting: Setting) -> Bool {
        let value = (text(setting) ?? "").lowercased()
        if value != "true", value != "false" { fault(setting, "must be true or false, not '\(value)'") }
        return value == "true"
    }

    mutating func port(_ setting: Setting) -> Int {
        let value = text(setting) ?? ""
        guard let port = Int(value), (0...65535).contains(port) else {
            fault(setting, "must be a port, 0 to 65535, not '\(value)'")
            return 0
        }
        return port
    }

    /// An http or https URL without a slash at its end.
    mutating func url(_ setting: Setting) -> String? {
        guard var value = text(setting) else { return nil }
        while value.hasSuffix("/") { value.removeLast() }
        guard let url = URL(string: value), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host() != nil,
            url.query() == nil
        else {
            fault(setting, "must be an http:// or https:// URL, not '\(value)'")
            return nil
        }
        return value
    }

    /// `name=value` pairs, separated by commas.
    mutating func pairs(_ setting: Setting) -> [String: String] {
        var pairs: [String: String] = [:]
        for entry in list(setting) {
            let parts = entry.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                fault(setting, "must be name=value pairs separated by commas; '\(entry)' is none")
                continue
            }
            pairs[parts[0]] = parts[1]
        }
        return pairs
    }

    /// A container image whose version is pinned: by a tag other than `latest`, or by a digest.
    mutating func image(_ setting: Setting) -> String {
        let value = text(setting) ?? ""
        let name = value.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let tagged = (parts.first ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let hasTag = tagged.count == 2 && !tagged[1].isEmpty && tagged[1] != "latest"
        let hasDigest = parts.count == 2 && parts[1].hasPrefix("sha256:")
        if value.contains(where: \.isWhitespace) || value.hasPrefix("/") || tagged.first?.isEmpty != false {
            fault(setting, "must be a container image such as ghcr.io/openclaw/openclaw:2026.9.4, not '\(value)'")
        } else if !hasTag, !hasDigest {
            fault(setting, "must pin a version: '\(value)' would be another program tomorrow")
        }
        return value
    }

    /// A program's file, as an absolute path.
    mutating func program(_ setting: Setting) -> String? {
        guard let value = text(setting) else { return nil }
        let path = URL(filePath: value).absoluteURL.path(percentEncoded: false)
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory,
            FileManager.default.isExecutableFile(atPath: path)
        else {
            fault(setting, "must be a program's file, and '\(value)' is none")
            return nil
        }
        return path
    }

    /// An e-mail address alone.
    mutating func address(_ setting: Setting) -> String? {
        guard let value = text(setting) else { return nil }
        guard (try? Mailbox(address: value)) != nil else {
            fault(setting, "must be an e-mail address, not '\(value)'")
            return nil
        }
        return value
    }

    /// E-mail addresses, separated by commas, as people sign in with them.
    mutating func addresses(_ setting: Setting) -> [String] {
        list(setting).compactMap { text in
            let address = try? EmailAddress(text)
            if address == nil { fault(setting, "has '\(text)', which is no e-mail address") }
            return address?.text
        }
    }

    /// A mail server's URL, which may hold a password.
    mutating func mailServer(_ setting: Setting) -> Secret? {
        guard let url = secret(setting) else { return nil }
        do {
            _ = try SMTPClient(url: url.reveal())
        } catch {
            fault(setting, "can't be used: \(error)")
        }
        return url
    }

    /// `address` or `name <address>`.
    mutating func sender(_ setting: Setting) -> String {
        let value = text(setting) ?? ""
        if (try? Mailbox(parsing: value)) == nil {
            fault(setting, "must be an address, or a name and <address>, not '\(value)'")
        }
        return value
    }

    mutating func logLevel() -> Logger.Level {
        let value = (text(.logLevel) ?? "").lowercased()
        guard let level = Logger.Level(rawValue: value) else {
            fault(
                .logLevel, "must be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")), not '\(value)'")
            return .info
        }
        return level
    }

    /// A 256-bit key in hex.
    mutating func key(_ setting: Setting, _ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard text.count == 64, digits.count == 64 else {
            fault(setting, "must be 64 hex digits (try: openssl rand -hex 32)")
            return nil
        }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    mutating func fault(_ setting: Setting, _ text: String) {
        faults.append("\(setting.rawValue) \(text)")
    }
}

extension String {
    var trimmed: String {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map(index(after:)) ?? start
        return String(self[start..<end])
    }
}
