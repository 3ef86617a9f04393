package import Core

/// One value as the host sees it: the desk, the terminal, JSON and CSV are written from it.
package enum Cell: Sendable, Hashable {
    case none
    case text(String)
    /// An id of ours or of Stripe's; the desk links those that it has a page for.
    case id(String)
    /// A word such as `running`, and how that is.
    case state(String, Tone)
    case time(Timestamp)
    case number(Int64)
    /// How often something is wrong; none is well.
    case faults(Int64)
    case bytes(Int64)
    /// Billionths of a US dollar.
    case dollars(Int64)

    package enum Tone: String, Sendable, Hashable {
        case good, busy, bad, quiet
    }

    package init(_ text: String?) { self = text.map(Cell.text) ?? .none }
    package init(id: String?) { self = id.map(Cell.id) ?? .none }
    package init(_ time: Timestamp?) { self = time.map(Cell.time) ?? .none }

    /// - Parameter cents: US cents.
    package static func cents(_ cents: Int64) -> Cell { .dollars(cents * 10_000_000) }

    /// For people: an empty cell is a dash.
    package var plain: String {
        switch self {
        case .none: "-"
        case .text(let text), .id(let text), .state(let text, _): text
        case .time(let time): time.description
        case .number(let number), .faults(let number): Self.grouped(number)
        case .bytes(let bytes): Self.size(bytes)
        case .dollars(let amount): "$" + Self.decimal(amount)
        }
    }

    /// For programs: an empty cell is empty, figures have no separators.
    package var raw: String {
        switch self {
        case .none: ""
        case .number(let number), .faults(let number), .bytes(let number): String(number)
        case .dollars(let amount): Self.decimal(amount)
        case .text, .id, .state, .time: plain
        }
    }

    package var isFigure: Bool {
        switch self {
        case .number, .faults, .bytes, .dollars: true
        case .none, .text, .id, .state, .time: false
        }
    }

    private static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + text
    }

    /// Rounded to whole cents, half a cent away from zero.
    private static func decimal(_ amount: Int64) -> String {
        let cents = (amount.magnitude + 5_000_000) / 10_000_000
        let rest = cents % 100
        return (amount < 0 && cents > 0 ? "-" : "") + "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func size(_ bytes: Int64) -> String {
        bytes < 10_000 ? "\(bytes) B" : bytes < 10_000_000 ? "\(bytes / 1000) kB" : "\(bytes / 1_000_000) MB"
    }
}

extension Cell: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encodeNil()
        case .number(let number), .faults(let number), .bytes(let number): try container.encode(number)
        case .text, .id, .state, .time, .dollars: try container.encode(raw)
        }
    }
}

/// A list with named columns.
package struct Table: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        /// For programs, in snake case.
        package let key: String
        /// For people.
        package let title: String
    }

    package let columns: [Column]
    package var rows: [[Cell]]
    /// What the next page is asked for with; `nil` on the last one.
    package var next: String?

    /// - Parameter columns: keys; a title is the key with spaces.
    package init(_ columns: [String], rows: [[Cell]] = [], next: String? = nil) {
        self.columns = columns.map { key in
            let words = key.split(separator: "_").joined(separator: " ")
            return Column(key: key, title: words.prefix(1).uppercased() + words.dropFirst())
        }
        self.rows = rows
        self.next = next
    }

    /// RFC 4180, with a header and LF at the ends of lines. What a spreadsheet would take for a formula starts with an apostrophe.
    package var csv: String {
        let lines = [columns.map(\.key)] + rows.map { $0.map { $0.isFigure ? $0.raw : Self.harmless($0.raw) } }
        return lines.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private static func harmless(_ text: String) -> String {
        text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Columns as wide as what stands in them.
    package var plain: String {
        let lines = [columns.map { $0.title.uppercased() }] + rows.map { $0.map(\.plain) }
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let isFigure = columns.indices.map { column in rows.contains { $0[column].isFigure } }
        return lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                let isLast = column == line.count - 1
                text += isFigure[column] ? padding + cell : cell + (isLast ? "" : padding)
                if !isLast { text += "  " }
            }
            return text + "\n"
        }.joined()
    }
}

extension Table: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        var list = container.nestedUnkeyedContainer(forKey: Name(stringValue: "data"))
        for row in rows {
            var record = list.nestedContainer(keyedBy: Name.self)
            for (column, cell) in zip(columns, row) { try record.encode(cell, forKey: Name(stringValue: column.key)) }
        }
        if let next { try container.encode(next, forKey: Name(stringValue: "next")) }
    }
}
