import SluiceCore
import Synchronization

/// When an answer was made, as its `Date` says (RFC 9110, section 6.6.1), by the clock that signatures are checked with: clients set theirs by it.
///
/// - Complexity: One text a second, which all connections share.
final class ResponseDate: Sendable {
    private let clock: WallClock
    private let told = Mutex<(second: Int64, text: String)>((-1, ""))

    init(_ clock: WallClock) { self.clock = clock }

    var text: String {
        let second = clock.nowMicros() / 1_000_000
        return told.withLock { told in
            if told.second != second { told = (second, HTTPDate.text(second * 1_000_000)) }
            return told.text
        }
    }
}
