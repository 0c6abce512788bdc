import Glibc
import SluiceCore
import SluiceJSON

/// What of a partition stands in `partitions.details`.
struct PartitionDetails {
    var parameters: [String: String] = [:]
    var layout = PartitionLayout()
}

/// Reads the details of partitions one after another: those of one table mostly say the same, or the same but for a parameter, and what is the
/// same as in the last one is not read again.
struct PartitionDetailsReader {
    private var last: (text: [UInt8], details: PartitionDetails) = ([], PartitionDetails())
    /// The texts that the last layout was read from; empty where it has none.
    private var storage: [UInt8] = []
    private var columns: [UInt8] = []

    /// - Parameter text: Empty for details that are null in the database.
    /// - Throws: `stateCorrupt`.
    mutating func details(_ text: UnsafeBufferPointer<UInt8>) throws -> PartitionDetails {
        if isSame(text, last.text) { return last.details }
        let bytes = Array(text)
        do {
            last = (bytes, try read(bytes))
        } catch {
            let shown = String(decoding: bytes, as: UTF8.self).quotedForMessage
            throw SluiceError(.stateCorrupt, "the catalog holds unreadable details of a partition: \(shown)", underlying: error)
        }
        return last.details
    }

    private mutating func read(_ bytes: [UInt8]) throws -> PartitionDetails {
        var (parameters, storage, columns) = ([String: String](), bytes[0..<0], bytes[0..<0])
        if !bytes.isEmpty {
            let scanner = JSONScanner(bytes)
            guard let members = try scanner.topMembers() else { throw StoredJSON.Unexpected() }
            for member in members {
                let value = bytes[member.value]
                if try scanner.isName("parameters", at: member.name) {
                    parameters = try StoredJSON.map(JSONParser.parse(Array(value)))
                } else if try scanner.isName("storage", at: member.name) {
                    storage = value
                } else if try scanner.isName("columns", at: member.name) {
                    columns = value
                }
            }
        }
        return PartitionDetails(parameters: parameters, layout: try layout(storage, columns))
    }

    private mutating func layout(_ storage: ArraySlice<UInt8>, _ columns: ArraySlice<UInt8>) throws -> PartitionLayout {
        let isSameStorage = storage.withUnsafeBufferPointer { isSame($0, self.storage) }
        if isSameStorage, columns.withUnsafeBufferPointer({ isSame($0, self.columns) }) { return last.details.layout }
        let layout = PartitionLayout(
            storage: storage.isEmpty ? nil : try StorageDescriptor(stored: JSONParser.parse(Array(storage))),
            columns: columns.isEmpty ? nil : try StoredText.columns(StoredJSON.text(JSONParser.parse(Array(columns)))))
        (self.storage, self.columns) = (Array(storage), Array(columns))
        return layout
    }
}

private func isSame(_ bytes: UnsafeBufferPointer<UInt8>, _ other: [UInt8]) -> Bool {
    guard bytes.count == other.count, let start = bytes.baseAddress else { return bytes.count == other.count }
    return other.withUnsafeBytes { memcmp(start, $0.baseAddress ?? UnsafeRawPointer(start), bytes.count) } == 0
}
