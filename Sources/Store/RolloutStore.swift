package import Core
package import SQL

/// The rollouts of the agents' images.
package struct RolloutStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// The rollout that hasn't ended.
    /// - Throws: `SQLError`.
    package func current() throws -> Rollout? {
        try transaction.first("SELECT * FROM rollouts WHERE ended_at IS NULL", []).map(Rollout.init(row:))
    }

    /// Every image's last rollout, the youngest first.
    /// - Throws: `SQLError`.
    package func all() throws -> [Rollout] {
        try transaction.query("SELECT * FROM rollouts ORDER BY started_at DESC, image", []).map(Rollout.init(row:))
    }

    /// Writes the rollout over the image's last one.
    /// - Throws: `SQLError`; `.uniqueViolation` if another image's rollout hasn't ended.
    package func save(_ rollout: Rollout) throws {
        try transaction.execute(
            """
            INSERT INTO rollouts (image, state, wave, wave_started_at, detail, started_at, ended_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (image) DO UPDATE SET state = excluded.state, wave = excluded.wave,
                wave_started_at = excluded.wave_started_at, detail = excluded.detail, started_at = excluded.started_at,
                ended_at = excluded.ended_at
            """,
            [
                .text(rollout.image), .text(rollout.state.rawValue), .integer(rollout.wave),
                .integer(rollout.waveStartedAt.milliseconds), SQLValue(rollout.detail),
                .integer(rollout.startedAt.milliseconds), SQLValue(rollout.endedAt),
            ])
    }

    /// Lets a halted rollout go on, from a single box as at its start.
    /// - Returns: `nil` if none is halted.
    /// - Throws: `SQLError`.
    package func resume(now: Timestamp) throws -> Rollout? {
        try transaction.first(
            """
            UPDATE rollouts SET state = 'running', wave = 0, wave_started_at = ?1, detail = NULL
            WHERE state = 'halted' AND ended_at IS NULL RETURNING *
            """, [.integer(now.milliseconds)]
        ).map(Rollout.init(row:))
    }
}

extension Rollout {
    init(row: Row) throws {
        self.init(
            image: try row.text("image"), state: try row.value("state"), wave: try row.integer("wave"),
            waveStartedAt: try row.time("wave_started_at"), detail: try row.optionalText("detail"),
            startedAt: try row.time("started_at"), endedAt: try row.optionalTime("ended_at"))
    }
}
