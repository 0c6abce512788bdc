import Dispatch
import SluiceCatalog
import SluicePipelines
import Synchronization

/// The rows of the ledger that jobs were read from. Whoever takes them has them alone: they are as much as the jobs themselves.
final class ReadRows: Sendable {
    private let rows: Mutex<JobRows?>

    init(_ rows: JobRows) { self.rows = Mutex(rows) }

    func take() -> JobRows? { rows.withLock { $0.take() } }
}

/// Looks at the declarations that the state holds on all cores, for there may be 100,000 of them: those that have to do with others are read,
/// the others when they are needed.
enum StoredDeclarations {
    /// Declarations that one core looks at at a time.
    private static let portion = 2_000

    /// - Returns: The jobs of those rows that have a declaration, or what is wrong with it, in the order of the rows.
    static func read(_ rows: [StoredJob]) -> [Result<JobSet.Entry, any Error>] {
        let portions = stride(from: 0, to: rows.count, by: portion).map { rows[$0..<min($0 + portion, rows.count)] }
        guard portions.count > 1 else { return rows.compactMap(entry) }
        let found = Mutex([[Result<JobSet.Entry, any Error>]](repeating: [], count: portions.count))
        DispatchQueue.concurrentPerform(iterations: portions.count) { index in
            let results = portions[index].compactMap(entry)
            found.withLock { $0[index] = results }
        }
        return found.withLock { Array($0.joined()) }
    }

    /// - Returns: Nil where a file declares the job.
    static func entry(_ row: StoredJob) -> Result<JobSet.Entry, any Error>? {
        guard let text = row.declaration else { return nil }
        if standsAlone(text) {
            if row.schedule.isEmpty { return .success(JobSet.Entry(row, nil)) }
            if let schedule = ClockText.schedule(row.schedule) { return .success(JobSet.Entry(row, schedule)) }
        }
        return Result { JobSet.Entry(try JobSet.declaration(row.name, text)) }
    }

    /// Keys of what a scheduler wants to know of all jobs before any of them runs.
    static let sharedKeys = ["pipeline", "backfill", "after", "on", "calendar", "pool", "overlap", "expected_by"]

    /// Whether a text is JSON without any of those keys; of others, and where signs are escaped, it does not matter whether it is.
    static func standsAlone(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.first == UInt8(ascii: "{") else { return false }
            var wordStart: Int?
            var last = UInt8(ascii: "{")
            for (index, byte) in bytes.enumerated() {
                if byte == UInt8(ascii: "\\") { return false }
                if byte == UInt8(ascii: "\"") {
                    if let start = wordStart, isShared(bytes[start..<index]) { return false }
                    wordStart = wordStart == nil ? index + 1 : nil
                    last = byte
                } else if wordStart == nil, byte > 0x20 {
                    guard isJSON(byte, behind: last) else { return false }
                    last = byte
                }
            }
            return wordStart == nil
        }
    }

    private static func isShared(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        sharedKeys.contains { $0.utf8.count == word.count && word.elementsEqual($0.utf8) }
    }

    /// Whether a sign outside of texts may be JSON's; YAML's keys need no quotes.
    private static func isJSON(_ byte: UInt8, behind last: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): last == UInt8(ascii: ":") || isLetter(last)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "{}[]:,.+-".utf8.contains(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
