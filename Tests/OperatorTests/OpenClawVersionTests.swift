import Testing

@testable import Operator

struct OpenClawVersionTests {
    @Test(arguments: [
        ("ghcr.io/openclaw/openclaw:2026.9.4", "2026.9.4"),
        ("ghcr.io/openclaw/openclaw:2026.9.4@sha256:0a0a", "2026.9.4"),
        ("localhost:5000/openclaw:2026.10.3", "2026.10.3"),
    ])
    func readsTheVersionOffAnImagesTag(image: String, version: String) throws {
        #expect(try #require(OpenClawVersion(image: image)).description == version)
    }

    @Test(arguments: [
        "openclaw@sha256:0a0a", "localhost:5000/openclaw", "openclaw:stable", "openclaw:2026.9", "openclaw:1.2.x",
    ])
    func knowsNoVersionWhereTheTagIsNone(image: String) {
        #expect(OpenClawVersion(image: image) == nil)
        #expect(OpenClawVersion.objection(to: image) == nil)
    }

    @Test func comparesByNumberAndNotByText() throws {
        #expect(try #require(OpenClawVersion("2026.10.1")) > #require(OpenClawVersion("2026.9.6")))
        #expect(try #require(OpenClawVersion("2026.9.10")) > #require(OpenClawVersion("2026.9.6")))
    }

    @Test(arguments: ["2026.8.2", "2026.9.1", "2026.9.4", "2026.9.6"])
    func hasNoObjectionToWhatItRendersFor(version: String) {
        #expect(OpenClawVersion.objection(to: "ghcr.io/openclaw/openclaw:\(version)") == nil)
    }

    @Test(arguments: ["2026.6.11", "2026.8.1", "2026.9.7", "2026.10.3"])
    func saysWhyAnotherVersionWillNotDo(version: String) throws {
        let objection = try #require(OpenClawVersion.objection(to: "ghcr.io/openclaw/openclaw:\(version)"))
        #expect(objection.contains(version) && objection.contains("2026.8.2 to 2026.9.6"))
    }
}
