package import Core
import SQL

/// The container images that agents run as.
extension BoxStore {
    /// Has the agent run as another image, and so starts a new generation. A box that is deleted stays as it is.
    /// - Parameters:
    ///   - before: the image to go back to while this one is on trial.
    ///   - isWayBack: whether the box goes back to that image: what it had stored before it left it has been saved, and it
    ///     has never run as the other one.
    /// - Returns: the box as it stands now, with its new generation; the box as it was given, if it can't be changed.
    /// - Throws: `SQLError`.
    package func setImage(_ image: String, before: String?, isWayBack: Bool = false, of box: Box) throws -> Box {
        try transaction.first(
            """
            UPDATE boxes SET image = ?3, image_before = ?4, backup_waived_for = ?5, generation = generation + 1
            WHERE id = ?1 AND customer_id = ?2 AND desired <> 'deleted' RETURNING *
            """,
            [
                .text(box.id.rawValue), .text(box.customerID.rawValue), .text(image), SQLValue(before),
                SQLValue(isWayBack ? Backup.Reason.upgrade.rawValue : nil),
            ]
        ).map(Box.init(row:)) ?? box
    }

    /// Gives a box that has no image its first one, before it is first made real: not a new generation.
    /// - Returns: the image that the box has now; `nil` if there is no such box.
    /// - Throws: `SQLError`.
    package func chooseImage(_ image: String, of box: Box) throws -> String? {
        try transaction.first(
            "UPDATE boxes SET image = coalesce(image, ?3) WHERE id = ?1 AND customer_id = ?2 RETURNING image",
            [.text(box.id.rawValue), .text(box.customerID.rawValue), .text(image)])?.text("image")
    }

    /// Ends the trial of the box's image: there is nothing to go back to any more.
    /// - Throws: `SQLError`.
    package func keepImage(of box: Box) throws {
        try transaction.execute(
            "UPDATE boxes SET image_before = NULL WHERE id = ?1 AND customer_id = ?2",
            [.text(box.id.rawValue), .text(box.customerID.rawValue)])
    }

    /// Ends the trial of the image of a box that nothing runs of: once wanted again, it starts as the image before.
    /// - Throws: `SQLError`.
    package func returnImage(of box: Box) throws {
        try transaction.execute(
            """
            UPDATE boxes SET image = image_before, image_before = NULL, backup_waived_for = 'upgrade'
            WHERE id = ?1 AND customer_id = ?2 AND image_before IS NOT NULL
            """, [.text(box.id.rawValue), .text(box.customerID.rawValue)])
    }

    /// Lets what is to happen to the box next, happen without its state being saved first.
    /// - Throws: `SQLError`.
    package func waiveBackup(for reason: Backup.Reason, of box: Box) throws {
        try transaction.execute(
            "UPDATE boxes SET backup_waived_for = ?3 WHERE id = ?1 AND customer_id = ?2",
            [.text(box.id.rawValue), .text(box.customerID.rawValue), .text(reason.rawValue)])
    }
}
