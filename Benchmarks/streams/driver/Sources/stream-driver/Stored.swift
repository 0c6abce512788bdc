import CWorkload
import SluiceCore

/// Puts of one record and gets of one record by its number, on a stream that holds what an `append` before left there.
enum Stored {
    static func run(_ options: Options) async throws {
        let log = try MeasuredLog(writing: options)
        let puts = try await put(options, log)
        let gets = try await get(options, log)
        var report = Report()
        report.add("records", Int(try log.end()))
        report.add("put_p50_us", puts.percentile(0.5))
        report.add("put_p99_us", puts.percentile(0.99))
        report.add("get_p50_us", gets.percentile(0.5))
        report.add("get_p99_us", gets.percentile(0.99))
        report.print()
        log.close()
    }

    /// At least one put, so that there is something to get.
    private static func put(_ options: Options, _ log: MeasuredLog) async throws -> Latencies {
        var producer = log.producer(0)
        var payloads = Payloads(size: options.size, count: 1, producer: 0)
        var latencies = Latencies()
        let until = now_ns() + UInt64(options.seconds * 1e9)
        var number = 0
        repeat {
            payloads.fill(count: 1, from: number)
            let before = now_ns()
            try await producer.put(payloads)
            latencies.add(now_ns() - before)
            number += 1
        } while now_ns() < until
        return latencies
    }

    /// Opens a reader at a record of all that are stored and reads what is there; seeds are fixed, so every run asks for the same ones.
    private static func get(_ options: Options, _ log: MeasuredLog) async throws -> Latencies {
        var latencies = Latencies()
        let end = try log.end()
        let until = now_ns() + UInt64(options.seconds * 1e9)
        var state: UInt64 = 88_172_645_463_325_252
        while now_ns() < until {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            var count = 0
            let before = now_ns()
            var reader = try log.reader(from: state % end)
            guard try await reader.next({ _ in count += 1 }), count > 0 else {
                throw SluiceError(.ioFailure, "record \(state % end) of \(end) is not there")
            }
            latencies.add(now_ns() - before)
        }
        return latencies
    }
}
