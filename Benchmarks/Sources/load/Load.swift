import ArgumentParser
import NIOCore
import NIOPosix
import Wire

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The clients: on one event loop, so that they leave the machine to what is measured.
@main
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A closed-loop load generator.", subcommands: [JSON.self, Streams.self, Hold.self])

    struct Amount: ParsableArguments {
        @Option(help: "How many connections, each with one request at a time.")
        var connections = 16

        @Option(help: "How long new requests are sent.")
        var seconds = 3.0

        func validate() throws {
            guard connections > 0, seconds > 0 else {
                throw ValidationError("--connections and --seconds must be above zero.")
            }
        }

        func run(_ target: Target, message: String, isStream: Bool) async throws {
            let closedLoop = ClosedLoop(
                address: try target.address(), request: try target.request(message: message, isStream: isStream),
                isStream: isStream, connections: connections, duration: .nanoseconds(Int64(seconds * 1e9)))
            print(try await closedLoop.run(on: MultiThreadedEventLoopGroup(numberOfThreads: 1).next()))
        }
    }

    struct JSON: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "json", abstract: "Asks for JSON answers.")

        @OptionGroup var target: Target
        @OptionGroup var amount: Amount

        func run() async throws {
            try await amount.run(target, message: "What is the proxy's share of the time?", isStream: false)
        }
    }

    struct Streams: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "streams", abstract: "Asks for streams, to their end.")

        @OptionGroup var target: Target
        @OptionGroup var amount: Amount

        @Option(help: "How many chunks a stream has.")
        var chunks = 20

        @Option(help: "Milliseconds between two chunks.")
        var delay = 0

        func run() async throws {
            try await amount.run(target, message: "chunks=\(chunks) delay=\(delay)", isStream: true)
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hold", abstract: "Opens streams, prints “held N” and keeps them until its input ends.")

        @OptionGroup var target: Target

        @Option(help: "How many streams.")
        var streams = 200

        func run() async throws {
            let held = HeldStreams(
                address: try target.address(), request: try target.request(message: "hold", isStream: true), streams: streams
            )
            do {
                try await held.open(on: MultiThreadedEventLoopGroup(numberOfThreads: 1).next())
            } catch {
                quit("a stream didn't open: \(error)")
            }
            print("held \(streams)")
            fflush(nil)
            while readLine() != nil {}
        }
    }
}

func quit(_ reason: String) -> Never {
    complain("load: \(reason)")
    exit(1)
}
