import NIOCore
import NIOPosix
import NIOSSL

/// Hands messages to a mail server, one connection a message.
package struct SMTPClient: Sendable {
    private let server: SMTPServerAddress
    private let tls: NIOSSLContext
    private let patience: TimeAmount

    /// - Parameter url: `smtp://user:password@host:587` or `smtps://user:password@host:465`; user and password percent-encoded.
    ///   Nothing goes to another machine in plain text.
    /// - Throws: ``SMTPError/invalidURL(_:)``.
    package init(url: String) throws(SMTPError) {
        try self.init(url: url, trustRoots: .default, patience: .seconds(30))
    }

    /// - Parameters:
    ///   - trustRoots: who may vouch for the server.
    ///   - patience: how long the server may take to accept the connection, and for each answer.
    init(url: String, trustRoots: NIOSSLTrustRoots, patience: TimeAmount) throws(SMTPError) {
        server = try SMTPServerAddress(url: url)
        self.patience = patience
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = trustRoots
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .connection("TLS can't be set up: \(error)")
        }
    }

    /// Returns once the server has taken the message over. After an error it may have been sent nevertheless, if the
    /// connection broke between the server's decision and its answer; a stable message id lets the receiver notice.
    /// - Throws: ``SMTPError``.
    package func send(_ message: MailMessage) async throws(SMTPError) {
        let encoded = try message.encoded()
        do {
            try await deliver(encoded, from: message.from, to: message.to)
        } catch let error as SMTPError {
            throw error
        } catch {
            throw .connection("\(error)")
        }
    }

    private func deliver(_ message: String, from sender: Mailbox, to recipient: Mailbox) async throws {
        let server = server
        let tls = tls
        let patience = patience
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let outcome = loop.makePromise(of: Void.self)
        @Sendable func makeTLSHandler() throws -> NIOSSLClientHandler {
            // Server name indication takes names only; an address is checked against the certificate without it.
            let isName = (try? SocketAddress(ipAddress: server.host, port: server.port)) == nil
            return try NIOSSLClientHandler(context: tls, serverHostname: isName ? server.host : nil)
        }
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .connectTimeout(patience)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let dialogue = SMTPDialogue(
                            sender: sender, recipient: recipient, credentials: server.credentials,
                            startTLS: server.encryption == .startTLS)
                        if server.encryption == .implicit {
                            try channel.pipeline.syncOperations.addHandler(try makeTLSHandler())
                        }
                        try channel.pipeline.syncOperations.addHandler(
                            SMTPHandler(
                                dialogue: dialogue, message: message, patience: patience, outcome: outcome,
                                makeTLSHandler: makeTLSHandler))
                    }
                }
                .connect(host: server.host, port: server.port).get()
        } catch {
            outcome.fail(SMTPError.connection("\(error)"))
            return try await outcome.futureResult.get()
        }
        try await withTaskCancellationHandler {
            try await outcome.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
