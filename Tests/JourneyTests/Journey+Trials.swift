import AsyncHTTPClient
import Foundation
import TestSupport

@testable import CloudApp

/// What trials do beside the journey itself.
extension Journey {
    func box() async throws -> BoxState {
        try await browser.get(api + "/v1/box").json()
    }

    /// Saves another name on the dashboard's page of settings.
    func rename(to name: String) async throws {
        let answer = try await browser.post(
            form: [
                ("agentName", name), ("purpose", "Help with mails"), ("tone", "warm"), ("language", "en"), ("timeZone", ""),
                ("from", ""), ("until", ""), ("web", "on"), ("reminders", "on"), ("files", "on"), ("memory", "on"),
            ], to: site + "/dashboard/agent")
        guard (200..<400).contains(answer.status) else {
            throw Stuck(description: "the settings answered \(answer.status): \(answer.body.prefix(300))")
        }
    }

    /// Says something exactly once, through whatever happens to the phone meanwhile.
    func say(_ text: String, to bot: String) async throws {
        try await eventually("“\(text)” is said", within: .seconds(120)) {
            do {
                if try await heard(by: bot).contains(text) { return true }
                try await send(text, to: bot)
            } catch  where !Task.isCancelled {
                // Looked at again: it may have been taken all the same.
            }
            return false
        }
    }
}
