/// Waits for something that nobody announces.
/// - Throws: ``NeverCameTrue`` if it takes longer than `limit`; what `condition` throws.
package func eventually(
    _ what: String = "what was waited for", within limit: Duration = .seconds(30), fileID: StaticString = #fileID,
    line: UInt = #line, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard .now < deadline else {
            throw NeverCameTrue(description: "\(fileID):\(line): \(what) didn't come true in \(limit)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

package struct NeverCameTrue: Error, CustomStringConvertible {
    package let description: String
}
