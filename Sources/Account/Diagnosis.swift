package import Core

/// Why an agent is silent, as far as that can be told, and what helps.
package struct Diagnosis: Sendable, Hashable {
    package let cause: Cause
    package let repair: Repair
    /// When it is over without anybody's doing, or when the next thing happens.
    package var until: Timestamp?

    package enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
        /// The first payment isn't confirmed yet.
        case unpaid
        /// The subscription has ended.
        case ended
        /// A payment is missing for so long that the agent was stopped.
        case paymentMissing = "payment_missing"
        /// It used too much by itself, and was stopped until the owner lets it go on.
        case held
        /// The month's allowance is used up.
        case usedUp = "used_up"
        /// An earlier state is being put in place.
        case restoring
        /// It runs as a new version for the first time.
        case upgrading
        /// It is being started, or a change is being applied.
        case starting
        /// It doesn't run, and is being tried again.
        case failed
        /// The bot was deleted, or its token revoked.
        case botGone = "bot_gone"
        /// Telegram hands what is written to the bot to somebody else.
        case botTakenOver = "bot_taken_over"
        /// Telegram wants a pause.
        case telegramBusy = "telegram_busy"
        case telegramAway = "telegram_away"
        /// The last answer was cut off.
        case interrupted
        /// Nothing was found.
        case none
    }

    package enum Repair: String, Sendable, Hashable, Codable, CaseIterable {
        case wait, restart, pay, plan, help
        /// Finish the set-up chat.
        case chat
        /// Write to it once more.
        case write
    }

    /// How long ago an answer that was cut off still explains a silence.
    private static let recent = Duration.seconds(15 * 60)

    /// The first thing that explains the silence counts: what would be no use to repair before it comes later.
    /// - Parameters:
    ///   - isHeld: whether it was stopped because it ran away.
    ///   - lastCall: the youngest call of the model.
    ///   - restore: the last one.
    package init(
        box: Box, subscription: Subscription?, quota: Quota?, isHeld: Bool, lastCall: UsageEvent?, restore: Restore?,
        bot: BotState, now: Timestamp
    ) {
        if let wanted = Self.ofWhatIsWanted(box, subscription) {
            self = wanted
        } else if isHeld {
            self.init(.held, .plan)
        } else if let quota, quota.fractionUsed >= 0.99 {
            self.init(.usedUp, .plan, until: quota.periodEnd)
        } else if restore?.state == .running {
            self.init(.restoring, .wait)
        } else if box.status == .failed {
            self.init(.failed, .restart)
        } else if !box.runs {
            self.init(box.imageBefore == nil ? .starting : .upgrading, .wait)
        } else if let telegram = Self.ofTelegram(bot, now) {
            self = telegram
        } else if let lastCall, lastCall.interrupted, now - lastCall.createdAt < Self.recent {
            self.init(.interrupted, .write)
        } else {
            self.init(.none, .write)
        }
    }

    private init(_ cause: Cause, _ repair: Repair, until: Timestamp? = nil) {
        self.cause = cause
        self.repair = repair
        self.until = until
    }

    private static func ofWhatIsWanted(_ box: Box, _ subscription: Subscription?) -> Diagnosis? {
        switch (box.desired, subscription?.status) {
        case (.running, _): nil
        case (.draft, _): Diagnosis(.unpaid, .chat)
        case (_, .canceled): Diagnosis(.ended, .plan, until: subscription?.endedAt.map { $0 + Subscription.retention })
        case (.deleted, _): Diagnosis(.ended, .chat)
        case (.suspended, _): Diagnosis(.paymentMissing, .pay)
        }
    }

    private static func ofTelegram(_ bot: BotState, _ now: Timestamp) -> Diagnosis? {
        switch bot {
        case .gone: Diagnosis(.botGone, .help)
        case .takenOver: Diagnosis(.botTakenOver, .help)
        case .busy(let seconds): Diagnosis(.telegramBusy, .wait, until: now + .seconds(Int64(seconds)))
        case .unreachable: Diagnosis(.telegramAway, .wait)
        case .fine, .unknown: nil
        }
    }
}
