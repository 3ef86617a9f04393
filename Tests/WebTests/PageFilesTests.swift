import Core
import FoundationEssentials
import Testing

@testable import Web

/// Writes every page in every state to a folder, for a browser to look at: see scripts/test-pages.
struct PageFilesTests {
    private static let folder = ProcessInfo.processInfo.environment["PAGES_FOLDER"]

    @Test(.enabled(if: folder != nil), arguments: Language.allCases)
    func everyPageInEveryStateBecomesAFile(_ language: Language) throws {
        let site = try Site(
            sandbox: SandboxBar(parts: ["kimi", "stripe", "telegram", "mail"], phone: "/phone", outbox: "/outbox"),
            contact: "hello@cloud.example")
        let folder = URL(filePath: try #require(Self.folder))
        let pages = SamplePages(texts: site.texts(language)).all
        for (number, page) in pages.enumerated() {
            let template = type(of: page).template
            let html = site.render(page, language: language, isCustomer: type(of: page).isForCustomers)
            let name = "\(number < 10 ? "0" : "")\(number)-\(template).\(language.rawValue).html"
            try Data(html.utf8).write(to: folder.appending(path: name))
        }
        for asset in site.assets.all {
            try Data(asset.bytes).write(to: folder.appending(path: asset.name))
        }
        #expect(pages.count > 10)
    }
}
