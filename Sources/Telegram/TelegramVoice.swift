/// A voice note. Source: https://core.telegram.org/bots/api#voice
package struct TelegramVoice: Codable, Sendable, Hashable {
    package var fileID: String
    package var fileUniqueID: String
    /// Seconds.
    package var duration: Int
    package var mimeType: String?
    /// Bytes.
    package var fileSize: Int?

    package init(fileID: String, fileUniqueID: String, duration: Int, mimeType: String? = nil, fileSize: Int? = nil) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.duration = duration
        self.mimeType = mimeType
        self.fileSize = fileSize
    }

    package enum CodingKeys: String, CodingKey {
        case duration
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case mimeType = "mime_type"
        case fileSize = "file_size"
    }
}
