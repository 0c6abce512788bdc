import CWorkload

/// Producers that put batch after batch, each when the one before is acknowledged, until the time or the records are used up.
enum Appending {
    private struct Result {
        var producer: Int
        var sent = 0
        /// Records since the warm-up; of a put that was under way then, the part of its time.
        var counted = 0.0
        var endedNanos: UInt64 = 0
        var latencies = Latencies()
    }

    static func run(_ options: Options) async throws {
        try MeasuredLog.create(options)
        let log = try MeasuredLog(writing: options)
        let started = now_ns()
        let results = try await withThrowingTaskGroup(of: Result.self) { group in
            for producer in 0..<options.producers {
                group.addTask { try await produce(options, log, producer, started) }
            }
            var results: [Result] = []
            for try await result in group { results.append(result) }
            return results
        }
        try await log.sync()
        log.close()
        report(options, results, from: started + UInt64(options.warmup * 1e9))
    }

    private static func report(_ options: Options, _ results: [Result], from: UInt64) {
        let ended = results.map(\.endedNanos).max() ?? from
        var all = Latencies()
        for result in results { all.add(result.latencies) }
        var report = Report()
        report.add("records", results.reduce(0) { $0 + $1.sent })
        report.add(hash: results.reduce(0) { $0 &+ payloads_hash(options.size, UInt64($1.producer), UInt64($1.sent)) })
        report.add("rate", results.reduce(0) { $0 + $1.counted } / (Double(ended - from) / 1e9))
        report.add("puts", all.count)
        report.add("p50_us", all.percentile(0.5))
        report.add("p99_us", all.percentile(0.99))
        report.print()
    }

    private static func produce(_ options: Options, _ log: MeasuredLog, _ number: Int, _ started: UInt64) async throws -> Result {
        var producer = log.producer(number)
        var payloads = Payloads(size: options.size, count: options.batch, producer: number)
        var result = Result(producer: number)
        let limit = options.records > 0 ? options.share(of: number) : Int.max
        let from = started + UInt64(options.warmup * 1e9)
        let until = options.records > 0 ? UInt64.max : from + UInt64(options.seconds * 1e9)
        var after = started
        while after < until, result.sent < limit {
            let count = min(options.batch, limit - result.sent)
            payloads.fill(count: count, from: result.sent)
            let before = now_ns()
            try await producer.put(payloads, isBuffered: options.isBuffered)
            after = now_ns()
            result.sent += count
            if after > from {
                result.counted += Double(count) * Double(after - max(before, from)) / Double(after - before)
                result.latencies.add(after - before)
            }
            result.endedNanos = after
        }
        return result
    }
}
