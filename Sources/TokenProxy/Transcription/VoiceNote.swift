import ModelAPI
import NIOCore

/// A request to write down what is said in a file. Pure.
struct VoiceNote: Sendable {
    /// Bytes of the file.
    let size: Int
    private let body: ByteBuffer
    private let fields: [MultipartForm.Field]

    /// What goes on besides the file and the model.
    private static let passed: Set<String> = [
        "file", "language", "prompt", "response_format", "temperature", "timestamp_granularities[]",
    ]
    /// Bytes of a field that isn't the file: only the file is weighed.
    private static let longestField = 4096
    private static let formats: Set<String> = ["json", "text", "srt", "verbose_json", "vtt"]

    /// - Throws: ``Refusal`` with 400, 404 or 413.
    init(_ body: ByteBuffer, contentType: String) throws(Refusal) {
        let result = body.withUnsafeReadableBytes { bytes in
            Result { () throws(MultipartFault) in try MultipartForm(bytes, contentType: contentType) }
        }
        let form: MultipartForm
        switch result {
        case .success(let parsed): form = parsed
        case .failure(let fault): throw .badForm("The request can't be read: \(fault.description).")
        }
        self.body = body
        fields = form.fields.filter { Self.passed.contains($0.name) }
        guard let file = form["file"], let name = file.fileName else { throw .badForm("The form has no file in `file`.") }
        guard form.fields.count(where: { $0.name == "file" }) == 1 else { throw .badForm("The form has several files.") }
        size = file.content.count
        guard AudioFormat(fileName: name) != nil else {
            throw .badForm("Invalid file format. Supported formats: [\(AudioFormat.list)].")
        }
        guard form.fields.allSatisfy({ $0.name == "file" || $0.content.count <= Self.longestField }) else {
            throw .badForm("A field is longer than \(Self.longestField) bytes.")
        }
        guard size > 0 else { throw .badForm("The file is empty.") }
        guard size <= AudioFormat.largestFile else { throw .tooLarge(limit: AudioFormat.largestFile) }
        let model = text(form["model"])
        guard let model else { throw .invalid(.missingModel) }
        guard model == TranscriptionUpstream.modelName else {
            throw .unknownModel(model, known: [TranscriptionUpstream.modelName])
        }
        if let format = text(form["response_format"]), !Self.formats.contains(format) {
            throw .badForm("`response_format` must be one of \(Self.formats.sorted().joined(separator: ", ")).")
        }
        if let streams = text(form["stream"]), streams != "false" { throw .badForm("`stream` must be false.") }
    }

    /// Names and words are short; what is longer isn't worth to be made a string.
    private func text(_ field: MultipartForm.Field?) -> String? {
        guard let bytes = field.flatMap(content) else { return nil }
        return String(decoding: bytes.readableBytesView.prefix(256), as: UTF8.self)
    }

    private func content(_ field: MultipartForm.Field) -> ByteBuffer? {
        body.getSlice(at: body.readerIndex + field.content.lowerBound, length: field.content.count)
    }

    /// - Parameters:
    ///   - model: what the upstream calls it.
    ///   - boundary: must not stand in any of the fields.
    func form(model: String, boundary: String) -> ByteBuffer {
        var form = ByteBuffer()
        form.reserveCapacity(body.readableBytes + 1024)
        for field in fields {
            let quoted = field.name.filter { $0 != "\"" && $0 != "\r" && $0 != "\n" }
            form.writeString("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(quoted)\"")
            if let name = field.fileName, let format = AudioFormat(fileName: name) {
                // The name may say more than the platform's upstream needs to know.
                form.writeString("; filename=\"audio.\(format.rawValue)\"\r\nContent-Type: application/octet-stream")
            }
            form.writeStaticString("\r\n\r\n")
            if let bytes = content(field) { form.writeImmutableBuffer(bytes) }
            form.writeStaticString("\r\n")
        }
        form.writeString("--\(boundary)\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\(model)\r\n")
        form.writeString("--\(boundary)--\r\n")
        return form
    }
}
