import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import NIOCore
import SQL
import Store
import Synchronization
import TestSupport
import Testing

struct IdempotencyTests {
    /// A site on which `POST /orders` counts how often an order was made.
    private func withOrders(
        _ body: @escaping @Sendable (any TestClientProtocol, Orders, TestPlatform) async throws -> Void
    ) async throws {
        try await TestPlatform.run { platform in
            try await platform.database.write { transaction in
                try CustomerStore(transaction).insert(TestSite.ana)
                try CustomerStore(transaction).insert(Self.ben)
            }
            let orders = Orders()
            try await TestSite().test { router in
                router.post("/orders") { request, context in
                    let key = try await IdempotencyKey(of: request, context: context)
                    let customer = context.customer?.id ?? Self.ben.id
                    return try await platform.queue.write { work in
                        try IdempotencyStore(work.transaction).once(key, customerID: customer, now: work.now) {
                            try RecordedAnswer(status: .created, json: ["order": try orders.make()])
                        }
                    }.response
                }
            } _: { client in
                try await body(client, orders, platform)
            }
        }
    }

    private static let ben = Customer(
        id: Customer.ID(body: IdentifierBody(time: Timestamp(seconds: 2), random: 2)), language: .english,
        createdAt: Timestamp(seconds: 2))

    final class Orders: Sendable {
        private let state = Mutex((count: 0, isBroken: false))

        var count: Int { state.withLock { $0.count } }

        func breakDown(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

        func make() throws -> Int {
            try state.withLock { state in
                if state.isBroken { throw DomainError(.unavailable, code: "closed", "Come back later.") }
                state.count += 1
                return state.count
            }
        }
    }

    private func headers(key: String?, of customer: HTTPFields = TestSite.anasCookie) -> HTTPFields {
        var headers = customer
        headers[.origin] = TestSite.origin
        headers[.idempotencyKey] = key
        return headers
    }

    @Test func theSameRequestIsCarriedOutOnceAndAnsweredAlike() async throws {
        try await withOrders { client, orders, _ in
            for _ in 1...3 {
                try await client.execute(
                    uri: "/orders", method: .post, headers: headers(key: "k"), body: ByteBuffer(string: "{}")
                ) { response in
                    #expect(response.status == .created)
                    #expect(String(buffer: response.body) == #"{"order":1}"#)
                }
            }
            #expect(orders.count == 1)
        }
    }

    @Test func anotherKeyIsAnotherRequest() async throws {
        try await withOrders { client, orders, _ in
            for key in ["k", "l"] {
                try await client.execute(uri: "/orders", method: .post, headers: headers(key: key))
            }
            #expect(orders.count == 2)
        }
    }

    @Test func theSameKeyWithAnotherBodyIsRefused() async throws {
        try await withOrders { client, orders, _ in
            let headers = headers(key: "k")
            try await client.execute(uri: "/orders", method: .post, headers: headers, body: ByteBuffer(string: "1"))
            try await client.execute(uri: "/orders", method: .post, headers: headers, body: ByteBuffer(string: "2")) {
                response in
                #expect(response.status == .conflict)
                let problem = try ReceivedProblem(response)
                #expect(problem.code == "idempotency_key_reused")
            }
            #expect(orders.count == 1)
        }
    }

    @Test func anotherCustomersKeyIsNobodyElsesBusiness() async throws {
        try await withOrders { client, orders, _ in
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: "k"))
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: "k", of: [:])) { response in
                #expect(String(buffer: response.body) == #"{"order":2}"#)
            }
            #expect(orders.count == 2)
        }
    }

    @Test func aFailureIsNotRemembered() async throws {
        try await withOrders { client, orders, _ in
            orders.breakDown(true)
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: "k")) {
                #expect($0.status == .serviceUnavailable)
            }
            orders.breakDown(false)
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: "k")) {
                #expect($0.status == .created)
            }
        }
    }

    @Test func keysAreForgottenAfterADay() async throws {
        try await withOrders { client, orders, platform in
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: "k"))
            platform.clock.advance(by: .hours(24))
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: "k"))
            #expect(orders.count == 2)
            let kept = try await platform.database.read { try $0.query("SELECT idempotency_key FROM idempotency_keys", []) }
            #expect(kept.count == 1)
        }
    }

    @Test(
        arguments: [
            (nil, "idempotency_key_missing"), ("", "invalid_idempotency_key"), ("a b", "invalid_idempotency_key"),
            ("ü", "invalid_idempotency_key"), (String(repeating: "k", count: 256), "invalid_idempotency_key"),
        ] as [(String?, String)])
    func aRequestNeedsAKeyOfTheRightShape(key: String?, code: String) async throws {
        try await withOrders { client, orders, _ in
            try await client.execute(uri: "/orders", method: .post, headers: headers(key: key)) { response in
                #expect(response.status == .badRequest)
                let problem = try ReceivedProblem(response)
                #expect(problem.code == code)
            }
            #expect(orders.count == 0)
        }
    }
}
