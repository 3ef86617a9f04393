import Foundation

extension ServerProcess {
    /// What the two who may poll Telegram for an agent print when somebody else does: the supervisor, and OpenClaw or its
    /// stand-in.
    private static let signs = ["somebody else polls Telegram", "getUpdates conflict", "Telegram answered 409"]

    /// Conflicts that follow each other within this time are one.
    private static let gap: TimeInterval = 15

    /// - Returns: how long two polled for the same agent, the longest time; zero if they met but once.
    func longestConflict() -> Duration {
        let agents = dataDirectory.appending(path: "agents")
        let boxes = (try? FileManager.default.contentsOfDirectory(atPath: agents.path())) ?? []
        let platform = log.split(separator: "\n")
        let longest = boxes.map { box in
            let own = (try? String(contentsOf: agents.appending(path: "\(box)/agent.log"), encoding: .utf8)) ?? ""
            let lines = own.split(separator: "\n") + platform.filter { $0.contains(box) }
            return Self.longest(lines.filter { line in Self.signs.contains { line.contains($0) } }.compactMap(Self.time))
        }
        return .seconds(longest.max() ?? 0)
    }

    private static func longest(_ times: [Date]) -> TimeInterval {
        var (start, last, longest) = (Date?.none, Date?.none, 0.0)
        for time in times.sorted() {
            if let last, time.timeIntervalSince(last) > gap { start = nil }
            start = start ?? time
            last = time
            longest = max(longest, time.timeIntervalSince(start ?? time))
        }
        return longest
    }

    private struct Line: Decodable {
        let time: String
    }

    /// - Returns: when a line in JSON was printed.
    private static func time(_ line: Substring) -> Date? {
        guard let printed = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else { return nil }
        // To the millisecond, in UTC; what follows may be a zone or nothing.
        return try? Date(
            String(printed.time.prefix(23)) + "Z",
            strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
