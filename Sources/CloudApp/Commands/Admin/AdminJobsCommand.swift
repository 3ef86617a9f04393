import ArgumentParser
import Core
import HostDesk
import Jobs
import SQL

/// `openclaw-cloud admin jobs`
struct AdminJobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "What waits, runs and has failed.",
        subcommands: [ListCommand.self, ShowCommand.self, ReplayCommand.self])

    /// Which job.
    struct Subject: ParsableArguments {
        @Argument(help: "The job's id (job_…).")
        var id: String

        func validate() throws {
            guard Job.ID(id) != nil else { throw ValidationError("\(id) is no job's id (job_…).") }
        }

        func jobID() throws -> Job.ID {
            guard let id = Job.ID(id) else { throw ValidationError("\(id) is no job's id (job_…).") }
            return id
        }
    }

    /// `openclaw-cloud admin jobs list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists jobs, the youngest first.")

        @Option(help: "queued, running, complete or failed.")
        var state: Job.State?

        @Option(help: "A kind such as operator.reconcile, or the part of it before the dot.")
        var kind: String?

        @Option(help: "A part of why it failed or is tried again.")
        var reason: String?

        @Option(help: "The customer's id (cst_…).")
        var customer: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let filter = try page.filter(search: reason, state: state?.rawValue, kind: kind, customer: customer)
                try output.print(try await platform.desk.jobs(filter))
            }
        }
    }

    /// `openclaw-cloud admin jobs show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows one job and what has happened to it.")

        @OptionGroup var subject: Subject
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(try await answering { try await platform.desk.job(try subject.jobID()) })
            }
        }
    }

    /// `openclaw-cloud admin jobs replay`
    struct ReplayCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay", abstract: "Has a job done again that has failed, or one that waits done now.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                print(try await platform.perform(.replayJob(try subject.jobID())))
            }
        }
    }
}

extension Job.State: ExpressibleByArgument {}
