import ArgumentParser
import Core
import FoundationEssentials
import Jobs
import SQL
import Store

/// `openclaw-cloud admin customer`
struct AdminCustomerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer", abstract: "What is stored of a customer.",
        discussion: "What they have said to their agent isn't: that stays in the agent's own box.",
        subcommands: [ExportCommand.self, EraseCommand.self])

    /// Who it is about.
    struct Subject: ParsableArguments {
        @Argument(help: "The customer's id (cst_…).")
        var id: String

        func validate() throws {
            guard Customer.ID(id) != nil else { throw ValidationError("\(id) is no customer's id (cst_…).") }
        }

        func find(_ transaction: any Transaction) throws -> Customer {
            guard let id = Customer.ID(id), let customer = try CustomerStore(transaction).find(id) else {
                throw ValidationError("There is no customer \(id).")
            }
            return customer
        }
    }

    /// `openclaw-cloud admin customer export`
    struct ExportCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Prints all that is stored of a customer, as JSON.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let records = try await platform.database.read { transaction in
                    try CustomerRecords(transaction).export(try subject.find(transaction).id)
                }
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                print(String(decoding: try encoder.encode(records), as: UTF8.self))
            }
        }
    }

    /// `openclaw-cloud admin customer erase`
    struct EraseCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase", abstract: "Deletes a customer's agent and forgets who they are.",
            discussion: "Their subscription must have ended. What proves the bills stays, without a name.")

        @OptionGroup var subject: Subject
        @Flag(help: "Without it nothing is done.")
        var yes = false

        func validate() throws {
            guard yes else { throw ValidationError("This can't be undone. Add --yes if you mean it.") }
        }

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try await platform.queue.write { work in
                    let customer = try subject.find(work.transaction)
                    if var box = try BoxStore(work.transaction).current(customerID: customer.id) {
                        box.desired = .deleted
                        try work.want(box)
                    }
                    try CustomerRecords(work.transaction).erase(customer.id)
                    work.changed(customer.id)
                }
                print("\(subject.id) is forgotten. The operator deletes the agent, if there is one.")
            }
        }
    }
}
