package import Hummingbird
package import Logging
package import SQL
import ServiceLifecycle

/// The stand-in for a mail server: takes every mail, delivers none, and shows them on `/outbox`.
package struct MailSandbox: Service {
    package static let migration = MailOutbox.migration

    private let outbox: MailOutbox
    private let pages: MailPages
    private let host: String
    private let port: Int
    private let whenListening: @Sendable (Int) -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - database: the sandbox's own, migrated with ``migration``.
    ///   - port: of the SMTP listener; 0 takes any that is free.
    ///   - whenListening: is told the port once mails can arrive.
    /// - Throws: a parser error if a page's template is malformed.
    package init(
        database: any Database, host: String = "127.0.0.1", port: Int = 8025, logger: Logger,
        whenListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        outbox = MailOutbox(database: database)
        pages = try MailPages()
        self.host = host
        self.port = port
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Listens for mails until shutdown.
    package func run() async throws {
        do {
            try await MailListener(outbox: outbox, logger: logger).run(host: host, port: port, whenListening: whenListening)
        } catch is CancellationError {
            logger.debug("sandbox mail no longer listens")
        }
    }

    /// `/outbox`, `/outbox/<id>`, and `/outbox/messages` with everything as JSON.
    package func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("outbox") { [outbox, pages] _, _ in
            try page(pages.list(try await outbox.messages()))
        }
        router.get("outbox/messages") { [outbox] request, context in
            let messages = try await outbox.messages()
            let recipient = request.uri.queryParameters.get("to")
            let wanted = recipient.map { address in messages.filter { $0.to.contains(address) } } ?? messages
            return try context.responseEncoder.encode(wanted, from: request, context: context)
        }
        router.get("outbox/:id") { [outbox, pages] _, context in
            guard let id = context.parameters.get("id", as: Int64.self), let message = try await outbox.message(id) else {
                throw HTTPError(.notFound, message: "There is no such mail.")
            }
            return try page(pages.message(message))
        }
    }

    private func page(_ html: String?) throws -> Response {
        guard let html else { throw HTTPError(.internalServerError, message: "The page's template is missing.") }
        let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:; base-uri 'none'"
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy, .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
