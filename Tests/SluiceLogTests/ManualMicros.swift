import SluiceCore
import Synchronization

/// A clock that tests set.
final class ManualMicros: Sendable {
    private let micros: Mutex<Int64>

    init(_ micros: Int64) { self.micros = Mutex(micros) }

    func set(_ value: Int64) { micros.withLock { $0 = value } }
    var wall: WallClock { WallClock { self.micros.withLock { $0 } } }
}
