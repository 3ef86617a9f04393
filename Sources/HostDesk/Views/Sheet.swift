/// All that the host sees of one thing.
package struct Sheet: Sendable, Hashable {
    package struct Fact: Sendable, Hashable {
        /// For programs, in snake case.
        package let key: String
        package let value: Cell

        /// For people.
        package var title: String {
            let words = key.split(separator: "_").joined(separator: " ")
            return words.prefix(1).uppercased() + words.dropFirst()
        }

        package init(_ key: String, _ value: Cell) {
            self.key = key
            self.value = value
        }
    }

    package struct Section: Sendable, Hashable {
        /// For programs, in snake case.
        package let key: String
        package let title: String
        package var note: String?
        package var facts: [Fact] = []
        package var table: Table?
        /// What is wrong, the likeliest first.
        package var causes: [Cause] = []
        package var acts: [HostAct] = []
        /// A longer text, as it is.
        package var text: String?

        package init(
            key: String, title: String, note: String? = nil, facts: [Fact] = [], table: Table? = nil, causes: [Cause] = [],
            acts: [HostAct] = [], text: String? = nil
        ) {
            self.key = key
            self.title = title
            self.note = note
            self.facts = facts
            self.table = table
            self.causes = causes
            self.acts = acts
            self.text = text
        }
    }

    package let title: String
    package var note: String?
    package var sections: [Section]

    package init(_ title: String, note: String? = nil, sections: [Section] = []) {
        self.title = title
        self.note = note
        self.sections = sections
    }

    /// For the terminal.
    package var plain: String {
        var text = title + "\n"
        if let note { text += note + "\n" }
        for section in sections {
            text += "\n\(section.title)\n" + (section.note.map { "  \($0)\n" } ?? "")
            for cause in section.causes { text += "  \(cause.title)\n    \(cause.explanation)\n" }
            let width = section.facts.map(\.title.count).max() ?? 0
            for fact in section.facts {
                text +=
                    "  " + fact.title + String(repeating: " ", count: width - fact.title.count + 2) + fact.value.plain + "\n"
            }
            if let table = section.table {
                let lines = table.rows.isEmpty ? "nothing\n" : table.plain
                text += lines.split(separator: "\n").map { "  \($0)\n" }.joined()
            }
            if let more = section.text { text += more.split(separator: "\n").map { "  \($0)\n" }.joined() }
        }
        return text
    }
}

extension Sheet: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for section in sections {
            let key = Name(stringValue: section.key)
            if let table = section.table {
                try container.encode(table, forKey: key)
                continue
            }
            var part = container.nestedContainer(keyedBy: Name.self, forKey: key)
            for fact in section.facts { try part.encode(fact.value, forKey: Name(stringValue: fact.key)) }
            if let text = section.text { try part.encode(text, forKey: Name(stringValue: "text")) }
            if !section.causes.isEmpty {
                try part.encode(section.causes, forKey: Name(stringValue: "causes"))
            }
        }
    }
}
