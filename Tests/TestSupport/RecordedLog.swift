package import Logging
import Synchronization

/// Keeps what is logged, with its metadata.
package final class RecordedLog: Sendable {
    private let recorded = Mutex<[String]>([])

    package init() {}

    /// One for each message, with its metadata.
    package var lines: [String] { recorded.withLock { $0 } }
    package var logger: Logger { Logger(label: "test", factory: { _ in Handler(log: self) }) }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(log: RecordedLog) {
            self.log = log
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let line = ([event.message.description] + all.map { "\($0)=\($1)" }).joined(separator: " ")
            log.recorded.withLock { $0.append(line) }
        }
    }
}
