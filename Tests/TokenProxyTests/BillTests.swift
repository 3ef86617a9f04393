import Core
import ModelAPI
import Testing

@testable import TokenProxy

struct BillTests {
    private let reservation = CallReservation.sample(input: 1000, output: 400)
    private let word = #"{"choices":[{"delta":{"content":"0123456789"}}]}"#
    private let end =
        #"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":250,"completion_tokens":3}}"#

    @Test func chargesWhatTheUpstreamTold() {
        let bill = Bill(meter([word, end]), reservation: reservation, ending: .complete)
        #expect(bill.usage == TokenUsage(input: 250, output: 3))
        #expect(!bill.isEstimated)
    }

    @Test func chargesWhatTheUpstreamToldEvenBeyondTheReservation() {
        let meter = meter([#"{"choices":[],"usage":{"prompt_tokens":2000,"completion_tokens":900}}"#])
        let bill = Bill(meter, reservation: reservation, ending: .complete)
        #expect(bill.usage.total == 2900)
    }

    @Test func chargesAHangUpBehindTheUsageByTheUsage() {
        let bill = Bill(meter([word, end]), reservation: reservation, ending: .broken(isCaughtUp: false))
        #expect(bill.usage.total == 253)
    }

    @Test(arguments: [Bill.Ending.complete, .broken(isCaughtUp: true), .broken(isCaughtUp: false)])
    func nothingIsProducedBehindTheLastWord(_ ending: Bill.Ending) {
        let stop = #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#
        let bill = Bill(meter([word, stop]), reservation: reservation, ending: ending)
        #expect(bill.isEstimated)
        #expect(bill.usage == TokenUsage(input: 1000, output: 10))
    }

    @Test func estimatesAHangUpByWhatWasProduced() {
        let bill = Bill(meter([word]), reservation: reservation, ending: .broken(isCaughtUp: true))
        #expect(bill.isEstimated)
        #expect(bill.usage == TokenUsage(input: 1000, output: 10 + Bill.unseenTokens))
    }

    @Test func estimatesNeverMoreThanTheReservation() {
        let bill = Bill(
            meter(Array(repeating: word, count: 100)), reservation: reservation, ending: .broken(isCaughtUp: true))
        #expect(bill.usage.total == reservation.input + reservation.output)
    }

    @Test func chargesTheCapWhereMuchMayHaveGoneUnseen() {
        let bill = Bill(meter([word]), reservation: reservation, ending: .broken(isCaughtUp: false))
        #expect(bill.usage.total == reservation.input + reservation.output)
    }

    @Test func estimatesNeverLessThanWhatWasTold() {
        let meter = meter([#"{"choices":[{"delta":{}}],"usage":{"prompt_tokens":9,"completion_tokens":700}}"#])
        let bill = Bill(meter, reservation: reservation, ending: .broken(isCaughtUp: true))
        #expect(bill.usage == TokenUsage(input: 9, output: 700))
        #expect(bill.isEstimated)
    }

    private func meter(_ events: [String]) -> UsageMeter {
        events.reduce(into: UsageMeter(.openAI)) { meter, event in _ = meter.read(event: event) }
    }
}

extension UsageMeter {
    fileprivate mutating func read(event: String) -> Part {
        Array(event.utf8).withUnsafeBytes { read(event: $0) }
    }
}
