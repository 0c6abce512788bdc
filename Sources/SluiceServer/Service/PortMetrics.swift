import Synchronization

/// Counts of requests by service, operation and status, and how long they took.
final class PortMetrics: Sendable {
    struct Key: Hashable {
        var service: String
        var operation: String
        var status: Int
    }

    private struct Tally {
        var count = 0
        var micros: Int64 = 0
        /// Requests within each bound.
        var within = [Int](repeating: 0, count: PortMetrics.bounds.count)

        mutating func note(_ micros: Int64) {
            count += 1
            self.micros += micros
            for (index, bound) in PortMetrics.bounds.enumerated() where micros <= bound.micros { within[index] += 1 }
        }
    }

    /// Upper bounds in microseconds, and as Prometheus writes them.
    private static let bounds: [(micros: Int64, text: String)] = [
        (500, "0.0005"), (1_000, "0.001"), (5_000, "0.005"), (25_000, "0.025"), (100_000, "0.1"), (500_000, "0.5"), (2_500_000, "2.5"),
        (10_000_000, "10"),
    ]

    private let tallies = Mutex<[Key: Tally]>([:])

    func note(_ key: Key, micros: Int64) {
        tallies.withLock { $0[key, default: Tally()].note(micros) }
    }

    /// In the text format of Prometheus.
    func text(connections: Int) -> String {
        let tallies = tallies.withLock { $0 }.sorted {
            ($0.key.service, $0.key.operation, $0.key.status) < ($1.key.service, $1.key.operation, $1.key.status)
        }
        var text = "# HELP sluice_port_connections Open connections.\n# TYPE sluice_port_connections gauge\n"
        text += "sluice_port_connections \(connections)\n"
        text += "# HELP sluice_port_requests_total Answered requests.\n# TYPE sluice_port_requests_total counter\n"
        for (key, tally) in tallies { text += "sluice_port_requests_total{\(Self.labels(key))} \(tally.count)\n" }
        text += "# HELP sluice_port_request_seconds Time to the head of the answer.\n# TYPE sluice_port_request_seconds histogram\n"
        for (key, tally) in tallies {
            let labels = Self.labels(key)
            for (bound, count) in zip(Self.bounds, tally.within) {
                text += "sluice_port_request_seconds_bucket{\(labels),le=\"\(bound.text)\"} \(count)\n"
            }
            text += "sluice_port_request_seconds_bucket{\(labels),le=\"+Inf\"} \(tally.count)\n"
            text += "sluice_port_request_seconds_sum{\(labels)} \(Double(tally.micros) / 1_000_000)\n"
            text += "sluice_port_request_seconds_count{\(labels)} \(tally.count)\n"
        }
        return text
    }

    private static func labels(_ key: Key) -> String {
        "service=\"\(key.service)\",operation=\"\(key.operation)\",status=\"\(key.status)\""
    }
}
