/// The members of a JSON object, sorted by name.
///
/// An array and no dictionary: Kubernetes' objects are trees of many small objects, which are built, compared and written far
/// more often than looked into.
package struct JSONObject: Sendable, Hashable {
    private var members: [Member]

    package struct Member: Sendable, Hashable {
        package let name: String
        package var value: JSONValue
    }

    /// - Parameter members: of two with the same name the last one counts.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        self.members = members.map { Member(name: $0, value: $1) }
        // Stable, so the last one stays last.
        self.members.sort { $0.name < $1.name }
        for index in self.members.indices.dropLast().reversed()
        where self.members[index].name == self.members[index + 1].name {
            self.members.remove(at: index)
        }
    }

    package subscript(name: String) -> JSONValue? {
        get {
            let index = index(of: name)
            return index < members.count && members[index].name == name ? members[index].value : nil
        }
        set {
            let index = index(of: name)
            let isThere = index < members.count && members[index].name == name
            switch (newValue, isThere) {
            case (let value?, true): members[index].value = value
            case (let value?, false): members.insert(Member(name: name, value: value), at: index)
            case (nil, true): members.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Where a name stands, or would stand.
    private func index(of name: String) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
