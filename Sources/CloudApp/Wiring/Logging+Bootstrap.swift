import FoundationEssentials
import Logging
import Telemetry
import Tracing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension LoggingSystem {
    /// Readable lines on a terminal, JSON lines everywhere else; always on standard error. Each says to which trace it belongs.
    static func bootstrapForStandardError() {
        let isTerminal = isatty(STDERR_FILENO) == 1
        let trace = Logger.MetadataProvider {
            (ServiceContext.current?.traceParent?.traceID).map { ["trace_id": "\($0)"] } ?? [:]
        }
        bootstrap(
            { label, provider -> any LogHandler in
                if isTerminal {
                    StreamLogHandler.standardError(label: label, metadataProvider: provider)
                } else {
                    JSONLogHandler(label: label, metadataProvider: provider)
                }
            }, metadataProvider: trace)
    }
}

/// Writes each log event as one line of JSON to standard error.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, metadataProvider: Logger.MetadataProvider? = nil) {
        self.label = label
        self.metadataProvider = metadataProvider
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        let line = Line(
            time: Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)),
            level: event.level.rawValue, logger: label, message: event.message.description,
            metadata: fields.isEmpty ? nil : fields.mapValues { "\($0)" })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var bytes = try? encoder.encode(line) else { return }
        bytes.append(UInt8(ascii: "\n"))
        // One write per line, so that lines of several threads don't mix.
        bytes.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private struct Line: Encodable {
        let time: String
        let level: String
        let logger: String
        let message: String
        let metadata: [String: String]?
    }
}
