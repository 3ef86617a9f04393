import Core
import Synchronization

/// One model call of an agent; gives its requests their ids.
enum ModelCall: Identified {
    static let idPrefix = "req"

    typealias ID = Identifier<ModelCall>
}

/// New ids of calls. Their random bits count up from a random number: as unique as others, and cheaper.
final class ModelCallIDs: Sendable {
    private let high = UInt128(UInt16.random(in: 0...UInt16.max)) << 64
    private let low = Atomic(UInt64.random(in: 0...UInt64.max))

    func next(_ now: Timestamp) -> IdentifierBody {
        IdentifierBody(time: now, random: high | UInt128(low.wrappingAdd(1, ordering: .relaxed).newValue))
    }
}
