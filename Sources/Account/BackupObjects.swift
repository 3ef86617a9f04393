import Core

/// What can be done with the objects that agents' states are saved in.
package struct BackupObjects: Sendable {
    /// A URL that gives the object to whoever has it, for some minutes; `nil` where no browser reaches the store.
    let download: @Sendable (_ key: String) -> String?
    /// One that is gone already is fine.
    let delete: @Sendable (_ key: String) async throws -> Void

    package init(
        download: @escaping @Sendable (_ key: String) -> String?,
        delete: @escaping @Sendable (_ key: String) async throws -> Void
    ) {
        self.download = download
        self.delete = delete
    }
}
