import FoundationEssentials
import Logging
import ServiceLifecycle

/// Reads the configuration anew when the file `.env` has changed, for what can be changed while the program runs.
struct EnvironmentFileWatcher: Service {
    private static let path = ".env"
    private static let interval = Duration.seconds(1)

    let logger: Logger
    let onChange: @Sendable (CloudConfiguration) -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var known = Self.content
            while (try? await Task.sleep(for: Self.interval)) != nil {
                // A file that is gone is most likely just being written anew.
                guard let content = Self.content, content != known else { continue }
                known = content
                do {
                    onChange(try CloudConfiguration(try await CloudConfiguration.reader()))
                } catch {
                    logger.error("the changed .env can't be used", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private static var content: Data? { try? Data(contentsOf: URL(filePath: path)) }
}
