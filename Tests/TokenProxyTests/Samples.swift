import Core
import FoundationEssentials
import TestSupport

@testable import TokenProxy

extension CallReservation {
    static func sample(
        request: UInt128 = 1, customerID: Customer.ID? = nil, boxID: Box.ID? = nil, model: String = "k2p5",
        input: Int = 100, output: Int = 50
    ) -> CallReservation {
        CallReservation(
            requestBits: request, customerBits: customerID?.bits ?? 2, boxBits: boxID?.bits ?? 3, model: model,
            periodStart: testNow, input: input, output: output, createdAt: testNow, cause: .message)
    }
}

extension UsageEvent {
    static func sample(tokens: Int) -> UsageEvent {
        UsageEvent(
            requestID: "r", customerID: testIDs.next(), boxID: testIDs.next(), periodStart: testNow, model: "k2p5",
            usage: TokenUsage(input: tokens, output: 0), estimated: false, createdAt: testNow)
    }
}

extension Caller {
    static func sample() -> Caller {
        let credential = ProxyCredential(customerID: testIDs.next(), boxID: testIDs.next(), tier: .pro)
        return Caller(credential, account: Account(credential.customerID), plan: PlanTable.builtIn[.pro])
    }
}

/// A folder that goes away.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

extension ProxyLab {
    /// What the journals hold.
    /// - Parameter withBooked: whether calls that are booked count, too: then as `.booked`.
    func journalSlots(withBooked: Bool = false) throws -> [JournalSlot.State] {
        var slots: [JournalSlot.State] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: journal) where name.hasSuffix(".journal") {
            try Data(contentsOf: URL(filePath: journal + "/" + name)).withUnsafeBytes { bytes in
                for index in 1..<bytes.count / JournalSlot.size {
                    slots.append(JournalSlot.read(UnsafeRawPointer(bytes.baseAddress! + index * JournalSlot.size)))
                }
            }
        }
        return slots.filter { $0 != .empty && (withBooked || $0 != .booked) }
    }
}
