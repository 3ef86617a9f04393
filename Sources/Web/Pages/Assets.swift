import Core
import Crypto
import HTTPSupport
import HTTPTypes
import Hummingbird

/// A file that pages refer to. Its URL changes with its content, so browsers may keep it for good.
struct Asset: Sendable {
    let name: String
    let contentType: String
    let bytes: [UInt8]
    /// From the SHA-256 of the content.
    let version: String

    init(_ name: String, _ contentType: String, _ bytes: [UInt8]) {
        self.name = name
        self.contentType = contentType
        self.bytes = bytes
        version = String(SHA256.hash(data: bytes).hexadecimal.prefix(12))
    }

    var url: String { "/assets/\(name)?v=\(version)" }
}

/// `/assets/…`
struct Assets: Sendable {
    let style = Asset(
        "site.css", "text/css; charset=utf-8", PackageResources.site_css + PackageResources.account_css)
    let live = Asset("live.js", "text/javascript; charset=utf-8", PackageResources.live_js)
    let chat = Asset("chat.js", "text/javascript; charset=utf-8", PackageResources.chat_js)
    let host = Asset("host.css", "text/css; charset=utf-8", PackageResources.host_css)
    let mark = Asset("mark.svg", "image/svg+xml", PackageResources.mark_svg)
    /// 180 pixels wide, for a phone's home screen.
    let touchIcon = Asset("touch-icon.png", "image/png", PackageResources.touch_icon_png)
    /// 1200 by 630 pixels, for links that are shared.
    let cover = Asset("cover.png", "image/png", PackageResources.cover_png)

    var all: [Asset] { [style, live, chat, mark, host, touchIcon, cover] }

    /// As templates see them.
    struct URLs: Sendable {
        let style: String
        let live: String
        let chat: String
        let mark: String
        let touchIcon: String
        let host: String
    }

    var urls: URLs {
        URLs(
            style: style.url, live: live.url, chat: chat.url, mark: mark.url, touchIcon: touchIcon.url,
            host: host.url)
    }

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        for asset in all {
            let content = StaticContent(asset.bytes, headers: [.contentType: asset.contentType])
            group.get("/assets/\(asset.name)") { request, _ in
                let isCurrent = request.uri.queryParameters["v"].map(String.init) == asset.version
                var response = content.response(to: request)
                response.headers[.cacheControl] = isCurrent ? "public, max-age=31536000, immutable" : "public, no-cache"
                return response
            }
        }
        group.get("/favicon.ico") { [mark] _, _ in Response.redirect(to: mark.url) }
        group.get("/apple-touch-icon.png") { [touchIcon] _, _ in Response.redirect(to: touchIcon.url) }
    }
}
