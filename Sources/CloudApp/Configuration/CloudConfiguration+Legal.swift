import Core
import FoundationEssentials
import Web

extension CloudConfiguration {
    /// - Returns: an absolute path; `nil` where nothing is set, and where the folder can't be read, which is a fault.
    static func legalFolder(_ settings: inout SettingsReader) -> String? {
        guard let path = settings.text(.legalFolder) else { return nil }
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else {
            settings.fault(.legalFolder, "must be a folder, and '\(path)' is none")
            return nil
        }
        return path
    }

    /// What the host has written, as it is now.
    var legalTexts: LegalTexts {
        guard let legalFolder else { return LegalTexts() }
        return LegalTexts { name in
            (try? String(contentsOfFile: legalFolder + "/" + name, encoding: .utf8)).flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}
