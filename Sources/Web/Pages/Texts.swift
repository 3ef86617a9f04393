import Core
import FoundationEssentials
import Mustache

/// The texts of the pages in one language, by key; `t` in the templates.
struct Texts: Sendable, MustacheParent {
    let language: Language
    let entries: [String: String]

    /// - Throws: a `DecodingError` if the file that was built in is malformed.
    init(_ language: Language) throws {
        self.language = language
        let files =
            switch language {
            case .english:
                [
                    PackageResources.en_json, PackageResources.account_en_json, PackageResources.silence_en_json,
                    PackageResources.landing_en_json, PackageResources.webhooks_en_json,
                ]
            case .portuguese:
                [
                    PackageResources.pt_json, PackageResources.account_pt_json, PackageResources.silence_pt_json,
                    PackageResources.landing_pt_json, PackageResources.webhooks_pt_json,
                ]
            }
        entries = try files.reduce(into: [:]) { entries, file in
            let texts = try JSONDecoder().decode([String: String].self, from: Data(file))
            entries.merge(texts) { first, _ in first }
        }
    }

    func child(named key: String) -> Any? { entries[key] }

    /// - Returns: the text, or the key where there is none, so that the gap is seen.
    subscript(key: String) -> String { entries[key] ?? key }

    /// - Parameter values: what stands in the text's places, such as `{name}`.
    func callAsFunction(_ key: String, _ values: KeyValuePairs<String, String>) -> String {
        var rest = self[key][...]
        var text = ""
        // One pass, so that a value that looks like a place is left alone.
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            text += rest[..<open] + (values.first { $0.key == name }?.value ?? String(rest[open...close]))
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
