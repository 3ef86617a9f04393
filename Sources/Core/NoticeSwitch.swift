/// A kind of notices, and the way that it comes by, which the customer may switch off.
package struct NoticeSwitch: Sendable, Hashable {
    /// What may be switched off. Payments, endings, signing in and security may not.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// How much of the month is used, until it is used up.
        case usage
    }

    package enum Channel: String, Sendable, Hashable, Codable, CaseIterable {
        case mail
        /// The agent's own bot writes it.
        case chat
    }

    package let kind: Kind
    package let channel: Channel

    package init(_ kind: Kind, _ channel: Channel) {
        self.kind = kind
        self.channel = channel
    }

    /// Every one that there is.
    package static let all = [NoticeSwitch(.usage, .mail), NoticeSwitch(.usage, .chat)]
}

extension Notice {
    /// What it belongs to, of what may be switched off.
    package var switchKind: NoticeSwitch.Kind? {
        switch self {
        case .usage(let percent): percent < 100 ? .usage : nil
        case .receipt, .paymentFailed, .suspended, .recovered, .planChanged, .trialEnding, .trialRefused, .cancelled, .ended,
            .deletionNear, .deleted:
            nil
        }
    }
}
