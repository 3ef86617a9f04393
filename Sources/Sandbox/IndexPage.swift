import FoundationEssentials
import HTTPTypes
import Hummingbird
import Mustache

/// `/`: what the sandbox is, and the way to its pages.
struct IndexPage: Sendable {
    private let template: MustacheTemplate

    /// - Throws: a parser error if the template is malformed.
    init() throws {
        template = try MustacheTemplate(string: String(decoding: PackageResources.index_page_mustache, as: UTF8.self))
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/") { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: "text/html; charset=utf-8",
                    .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(string: template.render([:]))))
        }
    }
}
