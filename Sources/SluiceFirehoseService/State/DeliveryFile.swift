import SluiceCore
import SluiceJSON
import SluiceServer
import Synchronization

/// The delivery streams of a scope on disk, `firehose.json`: read once, written whole at each change, before the change is answered.
final class DeliveryFile: Sendable {
    static let name = "firehose.json"
    private static let version: Int64 = 1

    private let path: String
    private let held: Mutex<[String: DeliveryStream]>

    /// - Throws: `stateCorrupt`, and what reading throws.
    init(directory: String) throws(SluiceError) {
        path = directory + "/" + Self.name
        guard DiskFiles.kind(of: path) == .file else {
            held = Mutex([:])
            return
        }
        guard let root = StateText.read(try DiskFiles.read(path)), root["version"] == .integer(Self.version) else {
            throw .damagedState(path)
        }
        var streams: [String: DeliveryStream] = [:]
        for element in root["streams"]?.elements ?? [] {
            guard let stream = DeliveryStream(element) else { throw .damagedState(path) }
            streams[stream.name] = stream
        }
        held = Mutex(streams)
    }

    var streams: [String: DeliveryStream] { held.withLock { $0 } }

    /// Changes the streams; nothing is changed where the closure, or writing, throws.
    func change<Result>(_ body: (inout [String: DeliveryStream]) throws -> Result) throws -> Result {
        try held.withLock { streams in
            var changed = streams
            let result = try body(&changed)
            guard changed != streams else { return result }
            let root = WireValue.structure([
                "version": .integer(Self.version), "streams": .list(changed.values.sorted { $0.name < $1.name }.map(\.value)),
            ])
            try StateText.write(root, to: path)
            streams = changed
            return result
        }
    }
}

/// Files of JSON below the state directory.
enum StateText {
    static func read(_ bytes: [UInt8]) -> WireValue? { (try? JSONParser.parse(bytes)).map { WireValue($0) } }

    static func write(_ value: WireValue, to path: String) throws(SluiceError) {
        var bytes: [UInt8] = []
        value.appendJSON(to: &bytes)
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        try DiskFiles.writeAtomically(bytes, to: path)
    }
}

extension SluiceError {
    static func damagedState(_ path: String) -> SluiceError {
        SluiceError(
            .stateCorrupt, "\(path.quotedForMessage) is damaged", at: .file(path: path),
            remedy: "restore the file from a backup; records that wait for their delivery are in the folder beside it")
    }
}
