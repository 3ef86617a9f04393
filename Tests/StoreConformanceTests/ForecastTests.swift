import Core
import Store
import TestSupport
import Testing

/// Foretelling whether a period's units last: what it goes by, and what it says.
struct ForecastTests {
    private func quota(used: Int) -> Quota {
        Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: 100_000, used: used, reserved: 0)
    }

    @Test func unitsThatAreUsedTooFastEndAtAMoment() {
        // 59,000 of 99,000 are left, at 10,000 a day.
        let forecast = UsageForecast(
            unitsByDay: [10_000, 20_000, 0, 10_000, 0, 0, 0], quota: quota(used: 40_000), at: testNow + .days(4))
        #expect(forecast == .until(testNow + .days(4) + .milliseconds(509_760_000)))
    }

    @Test func aWeekBackIsWhatCounts() {
        let quiet = UsageForecast(
            unitsByDay: [100, 0, 0, 0, 0, 0, 100], quota: quota(used: 90_000), at: testNow + .days(20))
        #expect(quiet == .toTheEnd)
        let busy = UsageForecast(
            unitsByDay: Array(repeating: 1_000, count: 7), quota: quota(used: 90_000), at: testNow + .days(20))
        #expect(busy == .until(testNow + .days(29)))
    }

    @Test func unitsThatWouldEndWithThePeriodLastToItsEnd() {
        let exact = UsageForecast(
            unitsByDay: Array(repeating: 900, count: 7), quota: quota(used: 90_000), at: testNow + .days(20))
        #expect(exact == .toTheEnd)
    }

    @Test(arguments: [
        // Hardly three days.
        ([900, 900, 900], Duration.days(3) - .milliseconds(1), 2_700),
        // One day of use.
        ([0, 900, 0, 0], .days(4), 900),
        // No use.
        ([0, 0, 0, 0, 0, 0, 0], .days(20), 90_000),
        // Used up: no more than a hundredth is left.
        ([900, 900, 900, 900], .days(4), 99_000),
    ])
    func nothingIsForetoldWhereThereIsTooLittleToGoBy(_ units: [Int], _ passed: Duration, _ used: Int) {
        #expect(UsageForecast(unitsByDay: units, quota: quota(used: used), at: testNow + passed) == nil)
    }

    @Test func threeDaysWithTwoOfUseAreEnough() {
        #expect(
            UsageForecast(unitsByDay: [900, 0, 900], quota: quota(used: 1_800), at: testNow + .days(3)) == .toTheEnd)
    }

    @Test(arguments: Engine.allCases)
    func theStoreCountsUnitsByDayOfThePresentPeriodAlone(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 100_000) { stage async throws in
            let now = testNow + .days(10)
            // Longer than a week ago; then twice on one day, and a call that weighs more than its tokens.
            try await stage.record([
                stage.event("a", TokenUsage(input: 80_000, output: 0), at: testNow + .days(2)),
                stage.event("b", TokenUsage(input: 2_000, output: 0), at: now - .hours(30)),
                stage.event("c", TokenUsage(input: 1_000, output: 0), at: now - .hours(40)),
                stage.event("d", TokenUsage(input: 600, cached: 600, output: 975), at: now + .seconds(1)),
            ])
            let quota = try #require(
                try await stage.write { try $0.quota(customerID: stage.customer.id, periodStart: testNow) })
            let forecast = try await stage.write { try $0.forecast(quota, customerID: stage.customer.id, at: now) }
            // 12,000 are left, and 7,000 were used in seven days.
            #expect(forecast == .until(now + .days(12)))
            let later = testNow + .days(30)
            let next = Quota(periodStart: later, periodEnd: later + .days(30), limit: 100_000, used: 0, reserved: 0)
            #expect(
                try await stage.write { try $0.forecast(next, customerID: stage.customer.id, at: later + .days(4)) } == nil)
        }
    }
}
