import AgentTools
import Core
import TokenProxy

/// Services of others that agents have only where the host names them.
extension CloudConfiguration {
    static func transcription(_ settings: inout SettingsReader) -> TranscriptionUpstream? {
        let key = settings.secret(.transcriptionAPIKey)
        guard let url = settings.url(.transcriptionBaseURL) else {
            if key != nil { settings.fault(.transcriptionBaseURL, "must be set when TRANSCRIPTION_API_KEY is") }
            return nil
        }
        return TranscriptionUpstream(baseURL: url, key: key, model: settings.text(.transcriptionModel) ?? "")
    }

    static func search(_ settings: inout SettingsReader) -> SearchProvider? {
        let (key, url) = (settings.secret(.searchAPIKey), settings.url(.searchURL))
        guard let name = settings.text(.searchProvider) else {
            if key != nil || url != nil {
                settings.fault(.searchProvider, "must be set when SEARCH_URL or SEARCH_API_KEY is")
            }
            return nil
        }
        guard let kind = SearchProvider.Kind(rawValue: name.lowercased()) else {
            settings.fault(.searchProvider, "must be brave, tavily or searxng, not '\(name)'")
            return nil
        }
        if kind.needsKey, key == nil { settings.fault(.searchAPIKey, "must be set: \(kind.rawValue) asks for a key") }
        guard let address = url ?? kind.usualURL else {
            settings.fault(.searchURL, "must be set: it says where the SearXNG is")
            return nil
        }
        return SearchProvider(kind, url: address, key: key)
    }
}
