import Synchronization
package import SluiceCore

/// A wall clock that stands still until a test moves it.
package final class ManualTime: Sendable {
    private let micros: Mutex<Int64>

    /// - Parameter micros: microseconds since 1970 at which the clock stands; by default 2024-03-01T00:00:00Z.
    package init(micros: Int64 = 1_709_251_200_000_000) { self.micros = Mutex(micros) }

    /// The clock to hand to what is tested.
    package var clock: WallClock { WallClock { [self] in micros.withLock { $0 } } }

    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        micros.withLock { $0 += seconds * 1_000_000 + attoseconds / 1_000_000_000_000 }
    }
}
