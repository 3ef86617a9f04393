import NIOCore

/// Where a request's body goes. A pure state machine: parts come in, actions go out.
struct BodyIntake {
    enum Action {
        case none
        /// Hand it over.
        case deliver(ByteBuffer)
        /// More than was asked for.
        case refuse
        /// More than is worth reading for a request that is refused anyway.
        case close
    }

    private enum State {
        /// Nobody has asked for it yet.
        case held(ByteBuffer, isComplete: Bool)
        case collecting(ByteBuffer, limit: Int)
        /// Read and dropped, so that the client gets to read its answer.
        case discarding(Int)
    }

    private var state = State.held(ByteBuffer(), isComplete: false)
    private static let mostDiscarded = 64 << 20

    mutating func receive(_ bytes: ByteBuffer) -> Action {
        switch state {
        case .held(var buffer, let isComplete):
            buffer.writeImmutableBuffer(bytes)
            state = .held(buffer, isComplete: isComplete)
            return .none
        case .collecting(var buffer, let limit):
            // Without this, the buffer would be copied: the state still holds it.
            state = .discarding(0)
            guard buffer.readableBytes + bytes.readableBytes <= limit else { return .refuse }
            buffer.writeImmutableBuffer(bytes)
            state = .collecting(buffer, limit: limit)
            return .none
        case .discarding(let count):
            state = .discarding(count + bytes.readableBytes)
            return count + bytes.readableBytes > Self.mostDiscarded ? .close : .none
        }
    }

    mutating func end() -> Action {
        switch state {
        case .held(let buffer, _):
            state = .held(buffer, isComplete: true)
            return .none
        case .collecting(let buffer, _):
            state = .discarding(0)
            return .deliver(buffer)
        case .discarding:
            return .none
        }
    }

    /// Somebody asks for the body.
    /// - Parameter announced: its length, if the client told it.
    mutating func collect(upTo limit: Int, announced: Int?) -> Action {
        guard case .held(var buffer, let isComplete) = state else { return .refuse }
        state = .discarding(0)
        guard max(buffer.readableBytes, announced ?? 0) <= limit else { return .refuse }
        if isComplete { return .deliver(buffer) }
        if let announced { buffer.reserveCapacity(announced) }
        state = .collecting(buffer, limit: limit)
        return .none
    }

    /// Nobody will ask any more.
    mutating func discard() {
        state = .discarding(0)
    }
}
