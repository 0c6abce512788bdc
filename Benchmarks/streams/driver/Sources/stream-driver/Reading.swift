import CWorkload
import SluiceCore

/// Reads a stream that is there from the start, again and again for so many seconds; once where hashes are checked.
enum Reading {
    static func run(_ options: Options) async throws {
        let log = try MeasuredLog(reading: options)
        let started = now_ns()
        var ended = started
        var passes = 0
        var taken = Taken(hashes: false)
        repeat {
            taken = try await once(options, log)
            ended = now_ns()
            passes += 1
        } while !options.checks && taken.isInOrder && Double(ended - started) < options.seconds * 1e9
        var report = Report()
        report.add("records", taken.records)
        report.add(hash: taken.hash)
        report.add("in_order", taken.isInOrder)
        report.add("rate", Double(taken.records * passes) / (Double(ended - started) / 1e9))
        report.print()
    }

    private static func once(_ options: Options, _ log: MeasuredLog) async throws -> Taken {
        var taken = Taken(hashes: options.checks)
        var reader = try log.reader(from: 0)
        while taken.records < options.records, taken.isInOrder {
            guard try await reader.next({ taken.take($0) }) else {
                throw SluiceError(.ioFailure, "the stream ended after \(taken.records) records")
            }
        }
        return taken
    }
}
