/// The files that OpenAI's transcriptions take (https://platform.openai.com/docs/api-reference/audio/createTranscription).
package enum AudioFormat: String, Sendable, CaseIterable {
    case flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav, webm

    /// Bytes of a file.
    package static let largestFile = 25 << 20

    /// - Returns: `nil` if the name's ending is none of these.
    package init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        self.init(rawValue: fileName[fileName.index(after: dot)...].lowercased())
    }

    package static let list = allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
}
