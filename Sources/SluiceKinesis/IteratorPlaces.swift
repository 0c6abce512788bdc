import SluiceStreams
import Synchronization

/// Where the iterators of late stand, so that one that has expired can be made anew at the same place.
///
/// Holds `KinesisLimits.rememberedIterators` places at most; the oldest go first.
final class IteratorPlaces: Sendable {
    struct Place: Hashable, Sendable {
        var stream: String
        var shard: ShardID
        var position: IteratorPosition
    }

    private struct State {
        var places: [String: Place] = [:]
        /// The tokens in the order of their coming, from `first` on.
        var tokens: [String] = []
        var first = 0
    }

    private let state = Mutex(State())

    subscript(token: String) -> Place? { state.withLock { $0.places[token] } }

    func remember(_ place: Place, of token: String) {
        state.withLock { state in
            if state.places.updateValue(place, forKey: token) == nil { state.tokens.append(token) }
            guard state.places.count > KinesisLimits.rememberedIterators else { return }
            state.places[state.tokens[state.first]] = nil
            state.first += 1
            if state.first == KinesisLimits.rememberedIterators {
                state.tokens.removeFirst(state.first)
                state.first = 0
            }
        }
    }
}
