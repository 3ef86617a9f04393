package import Core
package import Hummingbird

/// The cookie that holds a browser session's token. Scripts can't read it, and other sites' requests don't carry it.
package struct SessionCookie: Sendable {
    private let isSecure: Bool

    /// - Parameter isSecure: whether the site is reached over HTTPS; the cookie is then never sent without.
    package init(isSecure: Bool) {
        self.isSecure = isSecure
    }

    /// Over HTTPS no other host, not even a subdomain of ours, can set a cookie of that name
    /// (https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes).
    package var name: String { isSecure ? "__Host-session" : "session" }

    /// - Parameter lifetime: in whole seconds, what is beyond is dropped.
    package func cookie(token: Secret, lifetime: Duration) -> Cookie {
        cookie(value: token.reveal(), maxAge: Int(lifetime.components.seconds))
    }

    /// Makes the browser forget the session.
    package func expired() -> Cookie {
        cookie(value: "", maxAge: 0)
    }

    private func cookie(value: String, maxAge: Int) -> Cookie {
        // Lax, not Strict: the way back from Stripe's page and from a mail must arrive signed in.
        Cookie(name: name, value: value, maxAge: maxAge, path: "/", secure: isSecure, httpOnly: true, sameSite: .lax)
    }
}
