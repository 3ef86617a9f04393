/// A form in `multipart/form-data` (RFC 7578): its fields as they stand in a body, which is not copied.
package struct MultipartForm: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        /// `nil` for what is no file.
        package let fileName: String?
        package let contentType: String?
        /// Where the content stands in the body.
        package let content: Range<Int>
    }

    package let fields: [Field]

    private static let mostFields = 32
    private static let longestHeader = 4096
    /// RFC 2046, 5.1.1.
    private static let longestBoundary = 70

    /// - Parameter contentType: the header, with the boundary in it.
    /// - Throws: ``MultipartFault``.
    package init(_ body: UnsafeRawBufferPointer, contentType: String) throws(MultipartFault) {
        let boundary = try Self.boundary(in: contentType)
        let delimiter = Array("--\(boundary)".utf8)
        guard body.starts(with: delimiter) else { throw MultipartFault("the form doesn't begin with its boundary") }
        var position = delimiter.count
        var fields: [Field] = []
        while true {
            if body[Self.clamped(position, 2, body)].elementsEqual("--".utf8) { break }
            guard body[Self.clamped(position, 2, body)].elementsEqual("\r\n".utf8) else {
                throw MultipartFault("a part's boundary doesn't end its line")
            }
            let start = position + 2
            guard let end = Self.find(Array("\r\n\r\n".utf8), in: body, from: start, within: Self.longestHeader) else {
                throw MultipartFault("a part's head has no end")
            }
            let content = end + 4
            guard let next = Self.find(Array("\r\n".utf8) + delimiter, in: body, from: content, within: body.count) else {
                throw MultipartFault("the form has no end")
            }
            fields.append(try Self.field(String(decoding: body[start..<end], as: UTF8.self), content: content..<next))
            guard fields.count <= Self.mostFields else { throw MultipartFault("the form has too many parts") }
            position = next + 2 + delimiter.count
        }
        self.fields = fields
    }

    package subscript(name: String) -> Field? { fields.first { $0.name == name } }

    // MARK: Reading

    private static func clamped(_ start: Int, _ count: Int, _ body: UnsafeRawBufferPointer) -> Range<Int> {
        min(start, body.count)..<min(start + count, body.count)
    }

    private static func boundary(in contentType: String) throws(MultipartFault) -> String {
        let parts = parameters(contentType)
        guard parts.first?.name == "multipart/form-data" else { throw MultipartFault("the body is no multipart/form-data") }
        let boundary = parts.first { $0.name == "boundary" }?.value ?? ""
        guard (1...longestBoundary).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { throw MultipartFault("the header Content-Type names no boundary") }
        return boundary
    }

    private static func field(_ head: String, content: Range<Int>) throws(MultipartFault) -> Field {
        var disposition: [(name: String, value: String)] = []
        var contentType: String?
        for line in head.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw MultipartFault("a part's head can't be read") }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = parameters(String(value))
            case "content-type": contentType = String(value)
            default: break
            }
        }
        guard disposition.first?.name == "form-data", let name = disposition.first(where: { $0.name == "name" })?.value
        else {
            throw MultipartFault("a part has no name")
        }
        return Field(
            name: name, fileName: disposition.first { $0.name == "filename" }?.value, contentType: contentType,
            content: content)
    }

    /// A header's value and its parameters; the value is the first, its name in small letters.
    private static func parameters(_ header: String) -> [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        var rest = header[...]
        while !rest.isEmpty {
            let name = rest.prefix { $0 != ";" && $0 != "=" }
            rest = rest[name.endIndex...]
            var value = ""
            if rest.first == "=" {
                rest = rest.dropFirst()
                if rest.first == "\"" {
                    rest = rest.dropFirst()
                    while let character = rest.popFirst(), character != "\"" {
                        value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
                    }
                    rest = rest.drop { $0 != ";" }
                } else {
                    value = String(rest.prefix { $0 != ";" })
                    rest = rest.dropFirst(value.count)
                }
            }
            result.append((name.filter { $0 != " " }.lowercased(), value))
            rest = rest.dropFirst()
        }
        return result
    }

    private static func find(
        _ words: [UInt8], in body: UnsafeRawBufferPointer, from start: Int, within length: Int
    ) -> Int? {
        let last = min(body.count - words.count, start + length)
        var position = start
        while position <= last {
            if body[position] == words[0] {
                var count = 1
                while count < words.count, body[position + count] == words[count] { count += 1 }
                if count == words.count { return position }
            }
            position += 1
        }
        return nil
    }
}

/// Why a form can't be read.
package struct MultipartFault: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
