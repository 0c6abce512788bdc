import ArgumentParser
import Glibc
import SluiceCore
import SluiceStreams

/// Options of a command that reads a stream as a member of a consumer group.
struct GroupMembership: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Share the records with all processes that name this group.", valueName: "name")) var group: String?
    @Option(
        help: ArgumentHelp("What this process is called in its group. Otherwise the host's name and the process id.", valueName: "name"))
    var member: String?
    @Option(
        help: ArgumentHelp(
            "How long a member may be silent before others take its shards, for a new group. Otherwise 10.", valueName: "seconds"))
    var failover: Double?

    func validate() throws {
        if group == nil, member != nil || failover != nil { throw ValidationError("--member and --failover belong to --group") }
    }

    var name: String { member ?? Self.processName }

    /// The host's name and the process id.
    static var processName: String { "\(hostName)-\(getpid())" }

    /// - Throws: `invalidOption` for a time out of bounds.
    func settings(start: StreamPlace?) throws(SluiceError) -> GroupSettings {
        let millis = failover.map { Int(exactly: ($0 * 1_000).rounded()) ?? 0 } ?? GroupLimits.defaultFailoverMillis
        return try GroupSettings(start: start?.groupStart ?? .trimHorizon, failoverMillis: millis)
    }

    /// The host's name, with `-` for what cannot be in a member's.
    private static var hostName: String {
        var characters = [CChar](repeating: 0, count: 65)
        let isKnown = gethostname(&characters, 64) == 0
        let name = characters.prefix { $0 != 0 }.map { character in
            let byte = UInt8(bitPattern: character)
            let letter = byte | 0x20
            let isPlain = (0x61...0x7A).contains(letter) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".")
            return isPlain ? byte : UInt8(ascii: "-")
        }
        return isKnown && !name.isEmpty ? String(decoding: name, as: UTF8.self) : "host"
    }
}

extension StreamPlace {
    /// Where a group begins; nil for a sequence number, which belongs to one shard.
    var groupStart: GroupPosition? {
        switch self {
        case .start: .trimHorizon
        case .end: .latest
        case .time(let micros): .time(micros)
        case .sequence: nil
        }
    }
}
