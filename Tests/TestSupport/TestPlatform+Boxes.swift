package import Core
import SQL
import Store

extension TestPlatform {
    /// The box as it is stored; `nil` if it isn't.
    package func row(of box: Box) async throws -> Box? {
        try await database.read { try BoxStore($0).find(box.id, customerID: box.customerID) }
    }

    /// Changes what is wanted of a box that is stored.
    package func want(_ box: Box, _ change: @escaping @Sendable (inout Box) -> Void) async throws {
        _ = try await database.write { transaction in
            let boxes = BoxStore(transaction)
            guard var wanted = try boxes.find(box.id, customerID: box.customerID) else { return }
            change(&wanted)
            _ = try boxes.want(wanted)
        }
    }
}
