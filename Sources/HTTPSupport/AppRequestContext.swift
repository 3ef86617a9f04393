package import Core
package import FoundationEssentials
package import Hummingbird
package import NIOCore

/// What is known about a request besides its head and body; the middlewares fill it in.
package struct AppRequestContext: RequestContext, RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Who is at the other end of the connection; behind a reverse proxy, the proxy.
    package let remoteAddress: SocketAddress?
    /// Who asks, for the limits by client: the address, or the network of one IPv6 customer.
    package var client: String
    /// Names the request in logs, in `X-Request-Id` and in error pages.
    package var requestID = ""
    /// Who is signed in.
    package var customer: Customer?
    /// The session's cookie, if it is valid.
    package var sessionToken: String?
    /// What to speak: the customer's language, or else what the browser asks for.
    package var language = Language.english
    /// In bytes; larger bodies are refused with 413.
    package var maxUploadSize = BodyLimitMiddleware.defaultLimit

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
        client = IPAddress(peer: remoteAddress)?.client ?? ""
    }

    /// Same as ``requestID``, for Hummingbird's own middlewares.
    package var id: String { requestID }

    package var requestDecoder: JSONDecoder { .api }
    package var responseEncoder: JSONEncoder { .api }

    /// - Returns: who is signed in.
    /// - Throws: `DomainError` with the code `not_signed_in`.
    package func requireCustomer() throws(DomainError) -> Customer {
        guard let customer else {
            throw DomainError(.unauthenticated, code: "not_signed_in", "You are not signed in. Sign in and try again.")
        }
        return customer
    }

    /// - Returns: who is signed in, and the token that proves it.
    /// - Throws: `DomainError` with the code `not_signed_in`.
    package func requireSession() throws(DomainError) -> (customer: Customer, token: String) {
        (try requireCustomer(), sessionToken ?? "")
    }
}
