import FuzzKit
import SluiceCore
import SluicePatterns

@testable import SluiceFormats

/// The records of a file as a simple reader finds them: lines, put together where a pattern says which line begins a record.
struct PlainRecords {
    struct Record {
        /// From 1.
        var firstLine: Int
        var lastLine: Int
        var bytes: [UInt8]
    }

    private(set) var records: [Record] = []

    init(_ text: [UInt8], _ format: TextFormat, layout: FileLayout) {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        if lines.last == [] { lines.removeLast() }
        var start: Matcher?
        if let recordStart = format.recordStart {
            let definitions = (try? GrokExpression(["(?<any>)"], own: format.own).definitions) ?? GrokLibrary.definitions
            start = (try? GrokExpression.compiled(recordStart, .start, definitions, wanted: [])).map { Matcher($0) }
        }
        for (place, line) in lines.enumerated() {
            let begins = format.recordStart == nil || line.withUnsafeBufferPointer { start?.matches($0) ?? true }
            if begins || records.isEmpty {
                records.append(Record(firstLine: place + 1, lastLine: place + 1, bytes: line))
            } else {
                records[records.count - 1].bytes += [0x0A] + line
                records[records.count - 1].lastLine = place + 1
            }
        }
        if layout.options["pattern"] != nil { records.removeAll { $0.bytes.allSatisfy { " \t\r\n".utf8.contains($0) } } }
    }

    /// Each record is one row or one reject, with its bytes and its place.
    func requirePlaces(of reading: Reading) {
        var open = Dictionary(uniqueKeysWithValues: records.map { ($0.firstLine, $0) })
        for row in reading.rows {
            let record = open.removeValue(forKey: row.line)
            Fuzzing.require(record?.bytes == row.raw, "a row is at line \(row.line), where no such record begins, or not another one")
        }
        for reject in reading.rejects {
            guard case .file(_, let line?, _)? = reject.location else {
                Fuzzing.require(false, "a reject has no line")
                return
            }
            let record = records.last { $0.firstLine <= line }
            let isLeft = record.flatMap { open.removeValue(forKey: $0.firstLine) } != nil
            Fuzzing.require(
                isLeft && record?.bytes == reject.raw, "a reject is at line \(line), where no such record is, or not another one")
        }
        Fuzzing.require(reading.seen.error != nil || open.isEmpty, "\(open.count) records are no rows and no rejects")
    }
}
