import Core
import FoundationEssentials
import Logging
import OTLP

/// Where traces are sent. The settings' names and forms are OpenTelemetry's own.
struct TraceCollector {
    let endpoint: String
    private let headers: [(name: String, value: String)]

    /// - Returns: `nil` if none is named.
    init?(_ settings: inout SettingsReader) {
        let said = settings.secret(.traceHeaders)
        guard let endpoint = settings.url(.traceEndpoint) else {
            if said != nil { settings.fault(.traceEndpoint, "must be set when OTEL_EXPORTER_OTLP_HEADERS is") }
            return nil
        }
        var headers: [(name: String, value: String)] = []
        for field in (said?.reveal() ?? "").split(separator: ",") {
            let parts = field.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            // Values are percent-encoded, as in W3C Baggage.
            guard parts.count == 2, Self.isToken(parts[0]), let value = URLComponents(string: "?\(parts[1])")?.query else {
                settings.fault(.traceHeaders, "must be of the form name=value,name=value")
                return nil
            }
            headers.append((parts[0], value))
        }
        self.endpoint = endpoint
        self.headers = headers
    }

    /// - Parameter roles: name the service that the process is.
    func exporter(for roles: Set<Role>, logger: Logger) -> SpanExporter {
        let role = roles.count == 1 ? roles.first.map { "-\($0.rawValue)" } : nil
        return SpanExporter(
            endpoint: endpoint, headers: headers, service: "openclaw-cloud" + (role ?? ""), logger: logger)
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
