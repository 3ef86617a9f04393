import AsyncHTTPClient
import CloudApp
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Onboarding
import TestSupport
import Testing

/// `kill -9` of the whole platform at random moments of the journey, and a look at the books afterwards.
///
/// `CHAOS_KILLS` says how often, 6 unless set. The seed is printed; `CHAOS_SEED` repeats it.
@Suite(.serialized)
struct ChaosJourneyTests {
    @Test(arguments: Engine.allCases)
    func theJourneyGoesOnAndNothingIsDoneTwice(on engine: Engine) async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["CHAOS_KILLS"].flatMap(Int.init) ?? 6
        let seed = environment["CHAOS_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64.max)
        print("chaos on \(engine): \(kills) kills, CHAOS_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        var done = 0
        var journeys = 0
        while done < kills {
            let wanted = min(kills - done, 10)
            done += try await engine.withServer { server in try await walk(server, kills: wanted, &random) }
            journeys += 1
            print("chaos on \(engine): journey \(journeys) complete and in order, \(done) of \(kills) kills")
        }
        try record("\(engine): \(done) kills, \(journeys) journeys complete, nothing lost, nothing done twice")
    }

    /// Adds a line to the figures that `make chaos-journey` ends with.
    private func record(_ figures: String) throws {
        let file = ServerProcess.buildFolder.appending(path: "chaos-journey.txt")
        let earlier = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        try (earlier + figures + "\n").write(to: file, atomically: true, encoding: .utf8)
    }

    /// One customer's journey, killed up to `kills` times on its way.
    private func walk(_ server: ServerProcess, kills: Int, _ random: inout SeededGenerator) async throws -> Int {
        let journey = Journey(site: server.site, sandbox: server.sandbox, isStubborn: true)
        let walker = Task { try await journey.walk() }
        var done = 0
        let finished = Flag()
        let watcher = Task {
            _ = await walker.result
            finished.raise()
        }
        while done < kills, !finished.isRaised {
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...250, using: &random)))
            if finished.isRaised { break }
            server.kill()
            try await server.start()
            done += 1
        }
        let result = try await walker.value
        await watcher.value
        try await check(result, journey, server)
        return done
    }

    private func check(_ result: Journey.Outcome, _ journey: Journey, _ server: ServerProcess) async throws {
        #expect(!result.answer.isEmpty)
        #expect(try await journey.said(by: result.bot).count(where: Hello.isOne) <= 1, "hello is said once")
        let books = try await VendorBooks(server)
        #expect(books.subscriptions == 1, "one subscription at Stripe")
        #expect(books.paidInvoices == 1, "one charge at Stripe")
        let usage = try await journey.books()
        // Never less than the upstream has billed; a call that was cut off is charged what it had reserved, not counted twice.
        #expect(usage.eventTokens >= books.upstreamTokens, "every token that the upstream billed is counted")
        #expect(usage.eventIDs.count == Set(usage.eventIDs).count, "each call is counted once")
        #expect(usage.used == usage.eventUnits, "the total is the sum of the calls")
        #expect(usage.exactTokens <= books.upstreamTokens, "no call is counted that the upstream did not bill")
        #expect(try server.agentProcesses() == 1, "one agent process")
    }
}

/// What the sandbox's vendors have on their books.
private struct VendorBooks {
    let subscriptions: Int
    let paidInvoices: Int
    let upstreamTokens: Int

    init(_ server: ServerProcess) async throws {
        struct List: Decodable {
            let data: [Item]
            struct Item: Decodable { let status: String }
        }
        struct Ledger: Decodable {
            let calls: [Call]
            struct Call: Decodable {
                let id: String
                let input: Int
                let output: Int
            }
        }
        let subscriptions: List = try await Self.get("/v1/subscriptions", server)
        let invoices: List = try await Self.get("/v1/invoices", server)
        let ledger: Ledger = try await Self.get("/sandbox/kimi/calls", server)
        self.subscriptions = subscriptions.data.count
        paidInvoices = invoices.data.count { $0.status == "paid" }
        // The set-up chat's calls are the platform's own, and no customer's.
        upstreamTokens = ledger.calls.filter { !$0.id.hasPrefix("chatcmpl-guide-") }.reduce(0) { $0 + $1.input + $1.output }
    }

    private static func get<Value: Decodable>(_ path: String, _ server: ServerProcess) async throws -> Value {
        var request = HTTPClientRequest(url: server.sandbox + path)
        request.headers.add(name: "authorization", value: "Bearer sk_test_books")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok else {
            throw ServerProcess.Failure(description: "\(path): \(response.status): \(String(buffer: body))")
        }
        return try JSONDecoder().decode(Value.self, from: Data(buffer: body))
    }
}

/// SplitMix64, so that a run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Raised once, by whoever gets there.
final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isRaised: Bool { lock.withLock { value } }

    func raise() { lock.withLock { value = true } }
}
