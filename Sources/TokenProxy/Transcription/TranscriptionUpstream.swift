package import Core

/// A server that writes down voice notes, in OpenAI's form.
package struct TranscriptionUpstream: Sendable, Hashable {
    /// Up to and with `/v1`.
    package var baseURL: String
    /// `nil` for a server that asks for none.
    package var key: Secret?
    /// What the server calls its model.
    package var model: String

    /// What clients call it.
    package static let modelName = "whisper-1"

    package init(baseURL: String, key: Secret?, model: String) {
        self.baseURL = baseURL
        self.key = key
        self.model = model
    }
}

/// What a voice note weighs, by its length.
enum TranscriptionPrice {
    /// Units of a second begun: 6,000 a minute, which is what OpenAI takes for one (0.006 USD) at what a unit costs.
    static let unitsOfASecond = 100
    /// Speech takes no fewer bytes a second; so much is reserved. Silence may take less, and is charged as the server tells it.
    static let leastBytesOfASecond = 500
    /// Bytes that count as a second where the server doesn't tell the length: Telegram's voice notes have about as many.
    static let usualBytesOfASecond = 2_000

    /// - Parameter bytes: of the file.
    static func most(bytes: Int) -> Int { units(seconds: (bytes + leastBytesOfASecond - 1) / leastBytesOfASecond) }

    static func estimate(bytes: Int) -> Int { units(seconds: (bytes + usualBytesOfASecond - 1) / usualBytesOfASecond) }

    static func units(seconds: Int) -> Int { max(1, seconds) * unitsOfASecond }
}
