import ArgumentParser
import Configuration

/// `openclaw-cloud config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows the configuration in force, secrets redacted, and every fault in it.",
        discussion: "Exits with 1 if there is a fault.")

    func run() async throws {
        let reader = try await CloudConfiguration.reader()
        let settings = SettingsReader(reader)
        for setting in Setting.allCases {
            let isSet = reader.string(forKey: setting.key, isSecret: setting.isSecret).map { !$0.trimmed.isEmpty } ?? false
            let value = settings.text(setting) ?? ""
            print("# \(setting.meaning)")
            print("\(setting.rawValue)=\(setting.isSecret && isSet ? "[redacted]" : value)\(isSet ? "" : "    # default")")
        }
        let configuration = try CloudConfiguration(reader)
        print("\nPlayed by the sandbox: \(configuration.sandboxedParts.map(\.name).joined(separator: ", ").orNothing)")
    }
}

extension String {
    fileprivate var orNothing: String { isEmpty ? "nothing" : self }
}
