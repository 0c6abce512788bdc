import Glibc

/// The clock that stamps records, runs and catalog entries; injected, so that tests move it.
package struct WallClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var nowMicros: @Sendable () -> Int64

    package init(_ nowMicros: @escaping @Sendable () -> Int64) { self.nowMicros = nowMicros }

    /// The system's clock; it may step back, so users that need order keep the latest reading.
    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
