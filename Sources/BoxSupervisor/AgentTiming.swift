package import Core

/// How patiently an agent's process is watched.
package struct AgentTiming: Sendable {
    /// Between two looks at an agent that isn't ready yet.
    package var startInterval = Duration.milliseconds(50)
    /// Between two looks at whether a ready agent's process still exists.
    package var watchInterval = Duration.milliseconds(500)
    /// Between two requests to `/healthz`.
    package var healthInterval = Duration.seconds(5)
    /// Between two samples of its memory and its log.
    package var sampleInterval = Duration.seconds(2)
    /// How long an agent may take to become ready. OpenClaw migrates its data in this time after an upgrade.
    package var startLimit = Duration.seconds(180)
    /// How long one answer of the agent's may take.
    package var answerLimit = Duration.seconds(5)
    /// How long a ready agent may leave `/healthz` unanswered.
    package var silenceLimit = Duration.seconds(30)
    /// Between SIGTERM and SIGKILL. OpenClaw finishes the turn that it is at, in up to 315 seconds.
    package var stopGrace = AgentTiming.longestTurn
    /// The same for one that doesn't answer any more.
    package var hungGrace = Duration.seconds(10)
    /// How long the platform's own end waits for agents; one that isn't done by then goes on by itself.
    package var closeGrace = Duration.seconds(20)
    /// Between two attempts to switch Telegram on again.
    package var channelInterval = Duration.seconds(5)
    /// Before the first restart; doubles with each failure in a row up to `longestBackoff`.
    package var firstBackoff = Duration.seconds(1)
    package var longestBackoff = Duration.seconds(60)
    /// After being ready this long, earlier failures are forgotten.
    package var recovered = Duration.seconds(300)
    /// Between two looks at whether a ready agent has something to do.
    package var idleInterval = Duration.seconds(15)
    /// Between two looks at Telegram for a sleeping agent that only strangers have written to.
    package var strangersInterval = Duration.seconds(1)
    /// Bytes.
    package var logLimit = 5_000_000

    /// In which an agent that was asked to end has finished its turn and ended.
    package static let longestTurn = Duration.seconds(340)

    package init() {}

    package var backoff: Backoff { Backoff(from: firstBackoff, to: longestBackoff) }
}
