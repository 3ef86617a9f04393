import Testing

@testable import ModelAPI

struct MultipartFormTests {
    private static let type = "multipart/form-data; boundary=b0"
    private static let body =
        "--b0\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b0\r\n"
        + "content-disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".ogg\"\r\nContent-Type: audio/ogg\r\n\r\n"
        + "Ogg\r\n--b\r\nS\r\n--b0--\r\n"

    @Test(arguments: [type, "Multipart/Form-Data; charset=utf-8; boundary=\"b0\""])
    func readsItsFields(_ type: String) throws {
        let form = try form(Self.body, type)
        #expect(form.fields.map(\.name) == ["model", "file"])
        #expect(form["file"]?.fileName == #"a "b".ogg"#)
        #expect(form["file"]?.contentType == "audio/ogg")
        #expect(form["model"]?.fileName == nil)
        let contents = form.fields.map { String(decoding: Array(Self.body.utf8)[$0.content], as: UTF8.self) }
        #expect(contents == ["whisper-1", "Ogg\r\n--b\r\nS"])
    }

    @Test(arguments: [
        ("", type), (body, "application/json"), (body, "multipart/form-data"), (body, "multipart/form-data; boundary="),
        (String(body.dropLast(8)), type), ("--b0", type), ("--b0\r\n", type), ("--b0\r\nno head", type),
        ("--b0\r\nContent-Type: a\r\n\r\nx\r\n--b0--", type),
        ("--b0\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b0--", type),
        (body, "multipart/form-data; boundary=" + String(repeating: "b", count: 71)),
    ])
    func refusesWhatIsNone(_ body: String, _ type: String) {
        #expect(throws: MultipartFault.self) { try form(body, type) }
    }

    @Test func everyCutIsRefusedAndNothingIsReadBeyondIt() {
        for length in 0..<(Self.body.utf8.count - 4) {
            let cut = String(decoding: Array(Self.body.utf8).prefix(length), as: UTF8.self)
            #expect(throws: MultipartFault.self) { try form(cut, Self.type) }
        }
    }

    private func form(_ body: String, _ type: String) throws -> MultipartForm {
        try Array(body.utf8).withUnsafeBytes { bytes in
            Result { () throws(MultipartFault) in try MultipartForm(bytes, contentType: type) }
        }.get()
    }
}
