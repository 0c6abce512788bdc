import Synchronization

/// Where a program's standard error goes while a run is at work; nowhere before. Shared by all that is started of one end.
final class SingerLog: Sendable {
    private let taking = Mutex<(@Sendable (ArraySlice<UInt8>) -> Void)?>(nil)

    func begin(_ take: @escaping @Sendable (ArraySlice<UInt8>) -> Void) { taking.withLock { $0 = take } }

    func take(_ bytes: ArraySlice<UInt8>) { taking.withLock { $0 }?(bytes) }
}
