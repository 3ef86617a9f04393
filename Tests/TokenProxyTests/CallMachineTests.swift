import Core
import Testing

@testable import TokenProxy

/// One call, in any order of what can happen to it.
struct CallMachineTests {
    typealias Event = CallWorld.Event
    typealias Setting = CallWorld.Setting

    static let settings = [true, false].flatMap { streams in
        [true, false].flatMap { isReadByPeople in
            [true, false].flatMap { hasOther in
                [true, false].map {
                    Setting(streams: streams, isReadByPeople: isReadByPeople, hasOther: hasOther, isGateFull: $0)
                }
            }
        }
    }

    /// From each world that can be reached, each event that can happen there.
    @Test(arguments: settings) func settlesOnceBeforeItsEndInEveryOrderOfEvents(_ setting: Setting) {
        var seen: Set<CallWorld.Key> = []
        var open = [(world: CallWorld(setting), path: [Event]())]
        var ends = 0
        while let (world, path) = open.popLast() {
            #expect(world.mistakes.isEmpty, "\(path)")
            if !world.mistakes.isEmpty || seen.count > 20_000 { break }
            if world.isReplied { ends += 1 }
            for event in Event.allCases where world.mayHappen(event) {
                var next = world
                next.happen(event)
                if seen.insert(next.key).inserted || !next.mistakes.isEmpty { open.append((next, path + [event])) }
            }
        }
        #expect(ends > 10)
        #expect(seen.count < 20_000, "worlds that are alike aren't seen to be")
    }

    private func world(_ setting: Setting = Setting(), _ events: Event...) -> CallWorld {
        var world = CallWorld(setting)
        for event in events { world.happen(event) }
        return world
    }

    @Test func billsAStreamThatCameToItsEnd() throws {
        let world = world(Setting(), .granted, .connected, .head, .word, .end)
        #expect(world.isReplied)
        #expect(try #require(world.bill).usage.output > 0)
    }

    @Test func chargesNothingForACallThatWasNeverSent() {
        for events: [Event] in [[.granted, .clientGoes], [.granted, .notConnected, .clientGoes]] {
            var world = CallWorld(Setting())
            for event in events { world.happen(event) }
            #expect(world.bill == .nothing)
        }
    }

    @Test func sendsOnceMoreWhereAnIdleConnectionWasClosed() {
        var world = world(Setting(), .granted, .connected, .connectionIsStale, .connected)
        #expect(world.sends == 2)
        #expect(world.machine.attempts == 1)
        // That there is a second one tells that it isn't the connection.
        world.happen(.connectionIsStale)
        #expect(world.machine.attempts == 1)
        #expect(world.machine.hasMetStale)
        #expect(world.mayHappen(.pauseOver))
    }

    @Test func sendsNothingTwiceThatMayHaveBeenThoughtOut() throws {
        let setting = Setting(streams: false, hasOther: true)
        #expect(world(setting, .granted, .connected, .connectionFails, .connected).sends == 2)
        let late = world(setting, .granted, .connected, .twoSeconds, .connectionFails)
        #expect(late.isReplied)
        // Nobody knows how much of the answer there was.
        #expect(try #require(late.bill).usage.output == 50)
    }

    @Test func leavesThePlaceOfACallThatWasAbandonedInTheMeantime() {
        var world = world(Setting(isGateFull: true), .granted, .clientGoes)
        #expect(world.isReplied)
        #expect(world.bill == .nothing)
        let goesOn = world.machineAfterTurn()
        #expect(!goesOn)
    }

    @Test func readsWhatHasArrivedBeforeItBillsAClientThatHasGone() throws {
        var world = world(Setting(), .granted, .connected, .head, .word, .clientGoes)
        #expect(!world.isReplied)
        world.happen(.end)
        #expect(world.isReplied)
        // All of the answer is known.
        #expect(try #require(world.bill).usage.output < 50)
    }

    @Test func anAgentsCallEndsInTime() {
        let world = world(Setting(), .granted, .connected, .fortySeconds)
        guard case .refusal(let refusal) = world.reply else {
            Issue.record("it goes on")
            return
        }
        #expect(refusal == .upstreamUnavailable)
        #expect(!self.world(Setting(isReadByPeople: false), .granted, .connected, .fortySeconds).isReplied)
    }
}
