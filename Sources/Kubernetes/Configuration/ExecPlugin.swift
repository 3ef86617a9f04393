package import FoundationEssentials
import Subprocess
import SystemPackage

/// A command that prints credentials
/// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
///
/// It gets this process's environment, as it would from `kubectl`, but nothing to read from and no terminal.
package struct ExecPlugin: Sendable, Redacted {
    /// `The user "…" in /path/of/kubeconfig`: begins the text of each error.
    let subject: String
    /// An absolute path, or a name without slashes to be found by `PATH`.
    let command: String
    let arguments: [String]
    /// Added to this process's.
    let environment: [String: String]
    let apiVersion: ExecCredential.Version
    /// What the plugin is told about the cluster, if anything.
    let cluster: ExecCredential.Cluster?
    /// Says how to get the command.
    let installHint: String?
    var timeLimit = Duration.seconds(30)

    private static let outputLimit = 1 << 20
    private static let reportedErrorLength = 500

    /// Runs the command once.
    /// - Returns: the credentials, and when they expire if they do.
    /// - Throws: ``CredentialError``; `CancellationError`.
    package func run() async throws -> (credentials: Credentials, expiry: Date?) {
        let output: Output
        do {
            output = try await outputInTime()
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            guard error.code == .executableNotFound else { throw failure("can't be run: \(error)") }
            let place = command.contains("/") ? "isn't there or can't be executed" : "isn't found by PATH"
            throw failure("\(place). \(installHint?.trimmed.nonEmpty ?? "Install it, or correct exec.command.")")
        }
        guard output.status.isSuccess else {
            let ending =
                switch output.status {
                case .exited(let code): "ended with code \(code)"
                case .signaled(let signal): "was ended by signal \(signal)"
                }
            let errors = String(output.errors.trimmed.prefix(Self.reportedErrorLength))
            throw failure(errors.isEmpty ? "\(ending), and said nothing. Run it by hand." : "\(ending): \(errors)")
        }
        return try credentials(from: output.bytes)
    }

    private func failure(_ message: String) -> CredentialError {
        CredentialError("\(subject) authenticates by the plugin \(command), which \(message)")
    }

    // MARK: The command

    private struct Output: Sendable {
        let status: TerminationStatus
        let bytes: [UInt8]
        let errors: String
    }

    private func outputInTime() async throws -> Output {
        try await withThrowingTaskGroup(of: Output?.self) { group in
            group.addTask { try await output() }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next() ?? nil else {
                throw failure("didn't end within \(timeLimit). Run it by hand; it must not ask anything.")
            }
            return output
        }
    }

    private func output() async throws -> Output {
        var environment = environment
        environment["KUBERNETES_EXEC_INFO"] = try info()
        let additions = environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        var options = PlatformOptions()
        // Keeps it from prompting on the terminal, and ends the processes that it started together with it.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let result = try await Subprocess.run(
            command.contains("/") ? .path(FilePath(command)) : .name(command), arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: additions)), platformOptions: options,
            input: .none, output: .sequence, error: .sequence
        ) { execution in
            async let errors = Self.beginning(of: execution.standardError, limit: 4 * Self.reportedErrorLength)
            var bytes: [UInt8] = []
            for try await buffer in execution.standardOutput {
                buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
                guard bytes.count <= Self.outputLimit else {
                    // Before the error, because that waits for the end of what the command says on its standard error.
                    try? execution.send(signal: .kill, toProcessGroup: true)
                    throw failure("prints more than \(Self.outputLimit) bytes. It should print an ExecCredential.")
                }
            }
            return (bytes, try await errors)
        }
        let (bytes, errors) = result.closureResult
        return Output(status: result.terminationStatus, bytes: bytes, errors: String(decoding: errors, as: UTF8.self))
    }

    /// Reads all and keeps the beginning: if it didn't read all, the command would wait for a reader.
    private static func beginning(of output: SubprocessOutputSequence, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in output {
            buffer.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(limit - bytes.count)) }
        }
        return bytes
    }

    private func info() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let credential = ExecCredential(
            apiVersion: apiVersion.rawValue, kind: "ExecCredential",
            spec: ExecCredential.Spec(interactive: false, cluster: cluster))
        return String(decoding: try encoder.encode(credential), as: UTF8.self)
    }

    // MARK: Its answer

    private func credentials(from output: [UInt8]) throws -> (credentials: Credentials, expiry: Date?) {
        guard let answer = try? JSONDecoder().decode(ExecCredential.self, from: Data(output)),
            answer.kind == "ExecCredential"
        else { throw failure("prints something that isn't an ExecCredential in JSON. Run it by hand.") }
        guard answer.apiVersion == apiVersion.rawValue else {
            throw failure(
                "speaks \(answer.apiVersion) though exec.apiVersion is \(apiVersion.rawValue). Write the same in both places."
            )
        }
        var credentials = Credentials()
        if let token = answer.status?.token?.nonEmpty {
            guard let authorization = Credentials.bearer(token) else {
                throw failure("prints a status.token with characters that can't be in a token.")
            }
            credentials.authorization = authorization
        }
        switch (answer.status?.clientCertificateData?.nonEmpty, answer.status?.clientKeyData?.nonEmpty) {
        case (let chain?, let key?):
            let certificate = ClientCertificate(chain: Array(chain.utf8), key: Array(key.utf8))
            do throws(ConfigurationError) {
                _ = try certificate.parsed(subject: "What it printed")
            } catch {
                throw failure("prints a bad client certificate. \(error)")
            }
            credentials.clientCertificate = certificate
        case (nil, nil):
            guard credentials.authorization != nil else {
                throw failure("prints neither a status.token nor a status.clientCertificateData.")
            }
        default:
            throw failure("prints only one of status.clientCertificateData and status.clientKeyData; both are needed.")
        }
        guard let text = answer.status?.expirationTimestamp?.nonEmpty else { return (credentials, nil) }
        guard let expiry = ExecCredential.date(text) else {
            throw failure("prints a status.expirationTimestamp that isn't a time like 2026-03-05T17:30:20Z.")
        }
        return (credentials, expiry)
    }
}
