import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /openapi.json`: this API in OpenAPI 3.1.
struct OpenAPIRoute: Sendable {
    /// Of the session: it depends on whether the site is reached over HTTPS.
    let cookie: SessionCookie

    func add(to router: Router<AppRequestContext>) {
        let document = String(decoding: PackageResources.openapi_json, as: UTF8.self)
            .replacing(#""in": "cookie", "name": "session""#, with: #""in": "cookie", "name": "\#(cookie.name)""#)
        router.get("/openapi.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=300"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: document)))
        }
    }
}
