import SluiceCore
import SluiceJSON
import SluiceServer
import Synchronization

/// The scope's record on disk: read once, written whole at each change, before the change is answered.
final class RecordFile: Sendable {
    private let path: String
    private let held: Mutex<ScopeRecord>

    /// - Throws: `stateCorrupt`, and what reading throws.
    init(directory: String) throws(SluiceError) {
        path = directory + "/kinesis.json"
        if DiskFiles.kind(of: path) == .file {
            let bytes = try DiskFiles.read(path)
            guard let node = try? JSONParser.parse(bytes), let record = ScopeRecord(WireValue(node)) else {
                throw SluiceError(
                    .stateCorrupt, "\(path.quotedForMessage) is damaged", at: .file(path: path),
                    remedy: "restore the file from a backup, or move it away: consumers, policies and names of keys are forgotten then")
            }
            held = Mutex(record)
        } else {
            var generator = SystemRandomNumberGenerator()
            let words = (0..<4).map { _ in String(generator.next(), radix: 16) }
            held = Mutex(ScopeRecord(tokenKey: words.joined()))
        }
    }

    var value: ScopeRecord { held.withLock { $0 } }

    /// Changes the record; nothing is changed where the closure, or writing, throws.
    func change<Result>(_ body: (inout ScopeRecord) throws(ServiceFault) -> Result) throws -> Result {
        try held.withLock { record in
            var changed = record
            let result = try body(&changed)
            guard changed != record || DiskFiles.kind(of: path) == nil else { return result }
            var bytes: [UInt8] = []
            changed.value.appendJSON(to: &bytes)
            try DiskFiles.createDirectories(DiskFiles.parent(of: path))
            try DiskFiles.writeAtomically(bytes, to: path)
            record = changed
            return result
        }
    }
}
