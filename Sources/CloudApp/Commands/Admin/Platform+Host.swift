import ArgumentParser
import Core
import FoundationEssentials
import HostDesk

extension Platform {
    /// What the host sees and does from the terminal.
    var desk: HostDesk { HostDesk(queue: queue, plans: configuration.plans) }

    /// The user of the machine, and who they were before `sudo`.
    var user: String {
        let name = ProcessInfo.processInfo.userName
        let former = ProcessInfo.processInfo.environment["SUDO_USER"]
        return former.map { "\($0) as \(name)" } ?? name
    }

    /// Writes the command that runs into the audit: its words and ids, and nothing else that was typed, which may be a secret or
    /// somebody's address.
    func noteCommand() async throws {
        let words = CommandLine.arguments.dropFirst()
        let command = words.prefix { $0.wholeMatch(of: /[a-z][a-z-]*/) != nil }.joined(separator: " ")
        let subject = words.first { $0.wholeMatch(of: /[a-z]{2,4}_[A-Za-z0-9]{6,64}/) != nil && !$0.hasPrefix("ocp_") }
        try await desk.note(command, subject: subject, by: user, origin: .terminal)
    }

    /// - Returns: the result, in a sentence.
    /// - Throws: `ValidationError` with what is in the way.
    func perform(_ act: HostAct) async throws -> String {
        do {
            return try await desk.perform(act, by: user, origin: .terminal)
        } catch let error as DomainError {
            throw ValidationError(error.message)
        }
    }
}

/// How a command prints.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv
}

/// The option that every list has.
struct OutputOptions: ParsableArguments {
    @Option(help: "text, json, or csv where it is a list.")
    var format = OutputFormat.text

    /// Prints a list.
    func print(_ table: Table) throws {
        switch format {
        case .text:
            Swift.print(table.rows.isEmpty ? "Nothing.\n" : table.plain.forTerminal, terminator: "")
            if let next = table.next { Swift.print("There is more: --after \(next)") }
        case .json: Swift.print(try Self.json(table))
        case .csv: Swift.print(table.csv, terminator: "")
        }
    }

    /// Prints one thing.
    func print(_ sheet: Sheet) throws {
        switch format {
        case .text: Swift.print(sheet.plain.forTerminal, terminator: "")
        case .json: Swift.print(try Self.json(sheet))
        case .csv: throw ValidationError("Only lists can be printed as csv.")
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// Which part of a list.
struct PageOptions: ParsableArguments {
    @Option(help: "How many rows at most.")
    var limit = 50

    @Option(help: "The id that the page before ended with.")
    var after: String?

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000.") }
    }

    /// - Parameter states: the words that `state` may be; any unless given.
    /// - Throws: `ValidationError`.
    func filter(
        search: String? = nil, state: String? = nil, of states: [String]? = nil, kind: String? = nil,
        customer: String? = nil
    ) throws -> HostFilter {
        if let state, let states, !states.contains(state) {
            throw ValidationError("\(state) is none of \(states.joined(separator: ", ")).")
        }
        let id = try customer.map { text in
            guard let id = Customer.ID(text) else { throw ValidationError("\(text) is no customer's id (cst_…).") }
            return id
        }
        return HostFilter(search: search, state: state, kind: kind, customerID: id, after: after, limit: limit)
    }
}

extension Month: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(argument)
    }
}

/// Runs a question whose answer may be that there is no such thing.
func answering<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as DomainError {
        throw ValidationError(error.message)
    }
}
