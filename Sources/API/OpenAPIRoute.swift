import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /openapi.json`: this API in OpenAPI 3.1.
struct OpenAPIRoute: Sendable {
    func add(to router: Router<AppRequestContext>) {
        router.get("/openapi.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=300"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
        }
    }
}
