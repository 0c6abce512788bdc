import CWorkload
import Glibc

/// Producers that put records at a steady rate, and a consumer in the same process that waits for them.
enum Tailing {
    static func run(_ given: Options) async throws {
        var options = given
        options.records = Int(options.rate * options.seconds) / options.producers * options.producers
        try MeasuredLog.create(options)
        let log = try MeasuredLog(writing: options)
        let taken = try await tail(options, log)
        log.close()
        var report = Report()
        report.add("records", taken.records)
        report.add("in_order", taken.isInOrder)
        report.add("p50_us", taken.percentile(0.5))
        report.add("p99_us", taken.percentile(0.99))
        report.print()
    }

    private static func tail(_ options: Options, _ log: MeasuredLog) async throws -> Taken {
        let started = now_ns() + 20_000_000
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<options.producers {
                group.addTask { try await produce(options, log, producer, started) }
            }
            let taken = try await consume(options, log)
            try await group.waitForAll()
            return taken
        }
    }

    private static func consume(_ options: Options, _ log: MeasuredLog) async throws -> Taken {
        var taken = Taken(hashes: false)
        var reader = try log.reader(from: 0)
        while taken.records < options.records, taken.isInOrder {
            if try await !reader.next({ taken.takeTimed($0) }) { await reader.wait() }
        }
        return taken
    }

    /// One record when it is due, or all that became due while the put before was under way. A record's time is the one at which it could
    /// be put: its due time, or, where the task slept until then, that of waking up.
    private static func produce(_ options: Options, _ log: MeasuredLog, _ number: Int, _ started: UInt64) async throws {
        var producer = log.producer(number)
        var payloads = Payloads(size: options.size, count: 1, producer: number)
        let share = options.records / options.producers
        let interval = UInt64(1e9 * Double(options.producers) / options.rate)
        let start = started + interval * UInt64(number) / UInt64(options.producers)
        var sent = 0
        while sent < share {
            var due = start + UInt64(sent) * interval
            var now = now_ns()
            if due > now {
                try await Task.sleep(for: .nanoseconds(due - now), tolerance: .zero)
                now = now_ns()
                due = max(due, now)
            }
            var times: [UInt64] = []
            while sent + times.count < share, due <= now {
                times.append(due)
                due = start + UInt64(sent + times.count) * interval
            }
            payloads.fill(times: times, from: sent)
            try await producer.put(payloads)
            sent += times.count
        }
    }
}
