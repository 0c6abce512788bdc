import Glibc
import SluiceCore
import SluiceLog
import SluiceStreams

/// A directory that is removed with the last reference to it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = root + "/sluice-streams-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        mkdir(path, 0o755)
    }

    deinit { try? DiskFiles.removeTree(path) }

    var streams: StreamStore { StreamStore(directory: path + "/streams") }

    /// Paths of the files of one shard's directory with a suffix, sorted.
    func shardFiles(_ stream: String, shard: Int = 0, suffix: String = ".segment") throws -> [String] {
        let directory = path + "/streams/\(stream)/\(ShardID(shard))"
        return try DiskFiles.list(directory).filter { $0.hasSuffix(suffix) }.map { directory + "/" + $0 }
    }
}

/// Records `prefix-0`, `prefix-1`, … with the keys `key-0`, …
func records(_ prefix: String, _ count: Int, headers: [RecordHeader] = []) -> NewRecords {
    NewRecords(
        keys: ByteRows(texts: (0..<count).map { "key-\($0)" }), payloads: ByteRows(texts: (0..<count).map { "\(prefix)-\($0)" }),
        headers: headers)
}

extension RawRecords {
    func text(_ row: Int) -> String { String(decoding: self[row], as: UTF8.self) }
}

/// All that a reader finds now: sequence numbers and payloads.
func drain(_ reader: inout ShardReader, maxBytes: Int = LogLimits.readBytes) async throws -> [(sequence: UInt64, text: String)] {
    var all: [(UInt64, String)] = []
    while let batch = try await reader.next(maxBytes: maxBytes) {
        for row in 0..<batch.count { all.append((batch.baseSequence + UInt64(row), batch.payloads.text(row))) }
    }
    return all
}

extension RecordStream {
    func texts(shard: Int = 0, from start: StartPosition = .start) async throws -> [String] {
        var reader = try reader(shard: shard, from: start)
        return try await drain(&reader).map(\.text)
    }
}
