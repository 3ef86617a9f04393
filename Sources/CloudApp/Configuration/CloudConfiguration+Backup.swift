import Core
import S3

extension CloudConfiguration {
    /// Where agents' states are saved.
    struct Backup: Sendable {
        /// The store's URL, as the pods reach it; this program itself never asks it for anything.
        var endpoint: String
        var bucket: S3Bucket
        var credentials: S3Credentials
        /// Of this program.
        var image: String

        /// What lets a pod reach one object.
        var signer: S3Signer { S3Signer(bucket: bucket, credentials: credentials) }
    }

    /// - Returns: `nil` where nothing is set, and where something is missing, which is a fault.
    static func backup(_ settings: inout SettingsReader) -> Backup? {
        let needed: [Setting] = [.backupEndpoint, .backupBucket, .backupAccessKeyID, .backupSecretAccessKey]
        let missing = needed.filter { settings.text($0) == nil }
        guard missing.count < needed.count else {
            // A value that is set is checked even where nothing uses it yet.
            if settings.text(.platformImage) != nil { _ = settings.image(.platformImage) }
            return nil
        }
        for setting in missing { settings.fault(setting, "must be set, as the other BACKUP_S3_ settings are") }
        if settings.text(.platformImage) == nil {
            settings.fault(.platformImage, "must be set where backups are: that program uploads them")
            return nil
        }
        let image = settings.image(.platformImage)
        guard missing.isEmpty, let endpoint = settings.url(.backupEndpoint), let name = settings.text(.backupBucket) else {
            return nil
        }
        guard let bucket = S3Bucket(endpoint: endpoint, name: name, region: settings.text(.backupRegion) ?? "") else {
            settings.fault(
                .backupBucket, "must be a bucket at BACKUP_S3_ENDPOINT: letters, digits, dots, hyphens and underscores")
            return nil
        }
        return Backup(
            endpoint: endpoint, bucket: bucket,
            credentials: S3Credentials(
                accessKeyID: settings.text(.backupAccessKeyID) ?? "",
                secretAccessKey: settings.secret(.backupSecretAccessKey)?.reveal() ?? ""),
            image: image)
    }
}
