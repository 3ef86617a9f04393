import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /openapi.json`: this API in OpenAPI 3.1.
struct OpenAPIRoute: Sendable {
    /// Of the session: it depends on whether the site is reached over HTTPS.
    let cookie: SessionCookie

    func add(to router: Router<AppRequestContext>) {
        let files = [
            PackageResources.openapi_json, PackageResources.openapi_agent_json, PackageResources.openapi_account_json,
            PackageResources.openapi_webhooks_json, PackageResources.openapi_webhook_messages_json,
        ]
        let document = Result { try OpenAPIDocument.text(of: files) }.map {
            $0.replacing(#""in":"cookie","name":"session""#, with: #""in":"cookie","name":"\#(cookie.name)""#)
        }
        router.get("/openapi.json") { _, _ in
            let document = try document.get()
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=300"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: document)))
        }
    }
}
