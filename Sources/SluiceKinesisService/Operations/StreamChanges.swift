import SluiceCore
import SluiceServer
import SluiceStreams

/// What the three ways of tagging share.
enum Tagging {
    /// - Throws: `InvalidArgumentException` for names that only the service gives.
    static func checked(_ tags: [String: String]) throws(ServiceFault) -> [String: String] {
        for key in tags.keys where key.lowercased().hasPrefix("aws:") {
            throw Faults.invalid("Tag key \(key) is reserved: keys do not begin with aws:.")
        }
        guard tags.count <= StreamLimits.tags else {
            throw Faults.invalid("Failed to add tags: a resource has at most \(StreamLimits.tags) tags.")
        }
        return tags
    }

    static func add(_ tags: [String: String], to target: StreamTarget) throws {
        let summary = try target.summary()
        _ = try checked(summary.configuration.tags.merging(tags) { $1 })
        var change = StreamChange()
        change.addedTags = tags
        try target.update(change)
    }

    static func remove(_ keys: [String], from target: StreamTarget) throws {
        _ = try target.summary()
        var change = StreamChange()
        change.removedTags = keys
        try target.update(change)
    }

    static func list(_ tags: some Sequence<(key: String, value: String)>) -> WireValue {
        .list(tags.map { .structure(["Key": .text($0.key), "Value": .text($0.value)]) })
    }
}

/// Throughput that an on-demand stream is kept ready for. Here every stream takes what the machine does; the figure is kept and told.
enum WarmThroughput {
    static func check(_ mibps: Int) throws(ServiceFault) {
        guard ServiceLimits.warmMiBps.contains(mibps) else {
            throw Faults.invalid("WarmThroughputMiBps must be at most \(ServiceLimits.warmMiBps.upperBound).")
        }
    }

    static func value(_ mibps: Int) -> WireValue {
        .structure(["TargetMiBps": .integer(Int64(mibps)), "CurrentMiBps": .integer(Int64(mibps))])
    }
}
