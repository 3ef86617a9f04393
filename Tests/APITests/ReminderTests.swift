import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import Store
import TestSupport
import Testing

struct ReminderTests {
    @Test func areListedInTheOwnersTimeAndCancelledByTheirOwnerAlone() async throws {
        try await TestAPI.run { api in
            let box = api.ana.box
            let time = try #require(LocalTime("2026-01-02T09:00"))
            let reminder = try await api.platform.database.write { transaction in
                let store = ReminderStore(transaction)
                _ = try store.setTimeZone("America/Sao_Paulo", boxID: box.id, customerID: box.customerID)
                return try store.insert(
                    id: testIDs.next(), customerID: box.customerID, boxID: box.id, text: "Pay the rent",
                    repetition: .weekly, localTime: time, limit: 9, now: testNow)
            }
            func list(_ tenant: TestAPI.Tenant) async throws -> [JSONValue]? {
                try await api.client.execute(uri: "/v1/reminders", method: .get, headers: tenant.headers()) {
                    try TestAPI.object($0)["data"]?.items
                }
            }
            #expect(try await list(api.ben) == [])
            let found = try #require(try await list(api.ana)?.first)
            #expect(found["id"] == .text(reminder.id.rawValue) && found["text"] == .text("Pay the rent"))
            #expect(found["local_time"] == .text("2026-01-02T09:00") && found["time_zone"] == .text("America/Sao_Paulo"))
            #expect(found["occurs_at"] == .text("2026-01-02T12:00:00Z") && found["repeat"] == .text("weekly"))

            func delete(_ id: String, _ headers: HTTPFields) async throws -> HTTPResponse.Status {
                try await api.client.execute(uri: "/v1/reminders/\(id)", method: .delete, headers: headers) { $0.status }
            }
            #expect(try await delete(reminder.id.rawValue, [:]) == .forbidden)
            #expect(try await delete(reminder.id.rawValue, [.origin: TestAPI.origin]) == .unauthorized)
            #expect(try await delete(reminder.id.rawValue, api.ben.headers()) == .notFound)
            #expect(try await delete("1", api.ana.headers()) == .notFound)
            #expect(try await delete(reminder.id.rawValue, api.ana.headers()) == .noContent)
            #expect(try await delete(reminder.id.rawValue, api.ana.headers()) == .notFound)
            #expect(try await list(api.ana) == [])
        }
    }
}
