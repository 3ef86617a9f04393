import Core
import Foundation

/// simulate RUNS SEED: random lives, each from a seed of its own, counted up from SEED.
@main
struct Simulation {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().map { UInt64($0) ?? 0 }
        let runs = arguments.first ?? 1000
        let seed = arguments.dropFirst().first ?? UInt64.random(in: 0...UInt64.max / 2)
        print("seed \(seed), \(runs) runs")
        for run in 0..<runs {
            var schedule = Schedule(seed: seed &+ run)
            schedule.run()
            guard schedule.violations.isEmpty else {
                for line in schedule.log { print("  \(line)") }
                for violation in schedule.violations { print("violation: \(violation)") }
                print("again: make simulate-billing SEED=\(seed &+ run) RUNS=1")
                exit(1)
            }
        }
        print("\(runs) schedules: no violation")
    }
}
