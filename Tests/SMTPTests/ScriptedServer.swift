import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server that says what it is told to: one reply for each line it gets, and one for the greeting.
///
/// A reply may be empty, so that nothing is said; after `<TLS>` at the end of one, the connection goes on encrypted.
final class ScriptedServer: Sendable {
    private let channel: any Channel
    private let lines = Mutex<[String]>([])

    var port: Int { channel.localAddress?.port ?? 0 }
    /// What clients have said so far.
    var received: [String] { lines.withLock { $0 } }

    /// Runs `body` while a server with this script listens.
    static func run(
        _ script: [String], implicitTLS: Bool = false, _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let holder = Mutex<ScriptedServer?>(nil)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let player = ScriptPlayer(script) { line in holder.withLock { $0 }?.keep(line) }
                    if implicitTLS {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tlsContext()))
                    }
                    try channel.pipeline.syncOperations.addHandler(player)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(channel: channel)
        holder.withLock { $0 = server }
        do {
            try await body(server)
            try await channel.close()
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(channel: any Channel) {
        self.channel = channel
    }

    private func keep(_ line: String) {
        lines.withLock { $0.append(line) }
    }

    /// Vouches for `localhost` and 127.0.0.1, and for itself.
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUGgAwIBAgIUE3qKR9dZGzQ6Axsy9M0G1JmxxVYwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE4MDMwMFoYDzIxMjYxMDI5
        MTgwMzAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAT8joEgSXhb+YGuy9cCFdB5YQg3tWGt6Y/85dYPXCrwfJfodggtuwEY
        fovrecC1bNs1PqPwMJkGVyPLKn8AtHNpo28wbTAdBgNVHQ4EFgQUk30WPswMU4Hj
        XKc2wvqdNjGe0bAwHwYDVR0jBBgwFoAUk30WPswMU4HjXKc2wvqdNjGe0bAwGgYD
        VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
        zj0EAwIDSQAwRgIhAK+XKXV0Vu5z4NKTD8DZTf9aRl5ayXont/sAriGI/PI4AiEA
        mHfqRu9SQ+jrFCZLViiLOSswp2Y42DX5axd+fFSujvc=
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcSpYcqk4lhC4kmOa
        rdQXcmBYpJ/v69dgYbH/rNtmKNmhRANCAAT8joEgSXhb+YGuy9cCFdB5YQg3tWGt
        6Y/85dYPXCrwfJfodggtuwEYfovrecC1bNs1PqPwMJkGVyPLKn8AtHNp
        -----END PRIVATE KEY-----
        """

    static func trustRoots() throws -> NIOSSLTrustRoots {
        .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
    }

    fileprivate static func tlsContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}

private final class ScriptPlayer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var script: ArraySlice<String>
    private let keep: (String) -> Void
    private var pending = ""
    private var inMessage = false

    init(_ script: [String], keep: @escaping (String) -> Void) {
        self.script = script[...]
        self.keep = keep
    }

    func channelActive(context: ChannelHandlerContext) {
        play(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending += String(buffer: unwrapInboundIn(data))
        while let end = pending.firstRange(of: "\r\n") {
            let line = String(pending[..<end.lowerBound])
            pending.removeSubrange(..<end.upperBound)
            keep(line)
            if inMessage {
                guard line == "." else { continue }
                inMessage = false
            } else if line == "DATA" {
                inMessage = true
            }
            play(context)
        }
    }

    private func play(_ context: ChannelHandlerContext) {
        guard let reply = script.popFirst(), !reply.isEmpty else { return }
        let text = reply.replacing("<TLS>", with: "")
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
        guard reply.contains("<TLS>") else { return }
        do {
            let handler = NIOSSLServerHandler(context: try ScriptedServer.tlsContext())
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            context.close(promise: nil)
        }
    }
}
