import FoundationEssentials

/// The description of the API, which is kept in several files.
enum OpenAPIDocument {
    /// - Throws: a `DecodingError` if a file that was built in is malformed.
    static func text(of files: [[UInt8]]) throws -> String {
        let trees = try files.map { try JSONDecoder().decode(Tree.self, from: Data($0)) }
        let whole = trees.reduce(Tree.object([:])) { $0.merging($1) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(whole), as: UTF8.self)
    }

    private enum Tree: Codable {
        case object([String: Tree])
        case array([Tree])
        case bool(Bool)
        case integer(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let object = try? value.decode([String: Tree].self) {
                self = .object(object)
            } else if let array = try? value.decode([Tree].self) {
                self = .array(array)
            } else if let bool = try? value.decode(Bool.self) {
                self = .bool(bool)
            } else if let integer = try? value.decode(Int.self) {
                self = .integer(integer)
            } else {
                self = .text(try value.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .object(let object): try value.encode(object)
            case .array(let array): try value.encode(array)
            case .bool(let bool): try value.encode(bool)
            case .integer(let integer): try value.encode(integer)
            case .text(let text): try value.encode(text)
            }
        }

        /// Objects of both become one, member by member; of anything else the first counts.
        func merging(_ other: Tree) -> Tree {
            guard case .object(let mine) = self, case .object(let theirs) = other else { return self }
            return .object(mine.merging(theirs) { $0.merging($1) })
        }
    }
}
