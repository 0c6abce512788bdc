import SluiceCore
import SluiceServer

/// How far a delivery stream has delivered: the next record of each shard, and the delivery that is under way.
///
/// The extent of a delivery, and the destination it goes to, are on disk before its first byte leaves, so that one that a crash interrupted is
/// repeated with the same records under the same names.
struct Progress: Hashable, Sendable {
    /// Places by shard; a shard that is missing begins at its first record.
    typealias Places = [Int: UInt64]

    struct Pending: Hashable, Sendable {
        /// Behind the last record of each shard.
        var end: Places
        var version: Int
        var kind: DeliveryPlan.Kind
        var destination: WireValue
        var sealedAccessKey: String?

        init(_ stream: DeliveryStream, end: Places) {
            self.end = end
            version = stream.version
            kind = stream.kind
            destination = stream.destination
            sealedAccessKey = stream.sealedAccessKey
        }

        init?(_ value: WireValue) {
            guard let end = places(value["end"]), let version = value["version"]?.whole,
                let kind = value["kind"]?.string.flatMap(DeliveryPlan.Kind.init(rawValue:)), let destination = value["destination"]
            else { return nil }
            self.end = end
            self.version = Int(version)
            self.kind = kind
            self.destination = destination
            sealedAccessKey = value["sealed_access_key"]?.string
        }

        var value: WireValue {
            .structure([
                "end": Progress.value(end), "version": .integer(Int64(version)), "kind": .text(kind.rawValue),
                "destination": destination, "sealed_access_key": sealedAccessKey.map { .text($0) },
            ])
        }
    }

    /// When the stream was created that this is said of.
    var createdMicros: Int64
    /// When the data stream was created that is read, for one that reads one.
    var sourceMicros: Int64?
    var next: Places = [:]
    var pending: Pending?

    init(createdMicros: Int64) { self.createdMicros = createdMicros }

    /// The file of a stream; nil where there is none, or one of an earlier stream of the same name.
    ///
    /// - Throws: `stateCorrupt`, and what reading throws.
    static func read(_ path: String, createdMicros: Int64) throws(SluiceError) -> Progress? {
        guard DiskFiles.kind(of: path) == .file else { return nil }
        guard let value = StateText.read(try DiskFiles.read(path)), let created = value["created_micros"]?.whole,
            let next = places(value["next"])
        else { throw .damagedState(path) }
        guard created == createdMicros else { return nil }
        var progress = Progress(createdMicros: created)
        progress.next = next
        progress.sourceMicros = value["source_micros"]?.whole
        if let value = value["pending"] {
            guard let pending = Pending(value) else { throw .damagedState(path) }
            progress.pending = pending
        }
        return progress
    }

    func write(_ path: String) throws(SluiceError) {
        let root = WireValue.structure([
            "created_micros": .integer(createdMicros), "source_micros": sourceMicros.map { .integer($0) }, "next": Self.value(next),
            "pending": pending?.value,
        ])
        try StateText.write(root, to: path)
    }

    private static func value(_ places: Places) -> WireValue {
        .object(places.sorted { $0.key < $1.key }.map { .init(String($0.key), .text(String($0.value))) })
    }

    private static func places(_ value: WireValue?) -> Places? {
        guard case .object(let members)? = value else { return nil }
        var places: Places = [:]
        for member in members {
            guard let shard = Int(member.name), let place = member.value.string.flatMap({ UInt64($0) }) else { return nil }
            places[shard] = place
        }
        return places
    }
}
