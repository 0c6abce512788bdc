import CTextScan
import SluiceCore

/// Records of one file that were found together, in UTF-8, and not taken apart yet.
struct JSONBlock: RecordBlock {
    /// A buffer that neighbouring blocks share.
    let bytes: [UInt8]
    let range: Range<Int>
    let layout: JSONLayout
    /// Of the range's first byte, from 1.
    let firstLine: Int64
    /// Records that the range has at most; in lines, line feeds.
    let limit: Int
    let path: String

    var framed: FramedRecords {
        var collector = RecordCollector()
        JSONBlockDecoder.structures.with(JSONStructure.init) { structure in
            bytes.withUnsafeBufferPointer { bytes in
                let text = UnsafeBufferPointer(rebasing: bytes[range])
                structure.scan(text, layout: layout, limit: limit)
                var lines = JSONLineCounter(self)
                for index in 0..<structure.found.records {
                    let record = structure.records[index]
                    collector.add(
                        range.lowerBound + Int(record.start), range.lowerBound + Int(record.end), line: lines.line(record, in: text))
                }
            }
        }
        return collector.framed(bytes, path: path)
    }
}

/// Tells the lines of records, one after another.
struct JSONLineCounter {
    private let layout: JSONLayout
    private let firstLine: Int64
    private var line: Int64
    private var position = 0

    init(_ block: JSONBlock) {
        layout = block.layout
        firstLine = block.firstLine
        line = block.firstLine
    }

    /// The line that the record starts in.
    mutating func line(_ record: sluice_json_record, in text: UnsafeBufferPointer<UInt8>) -> Int64 {
        if layout == .lines { return firstLine + Int64(record.line) }
        while true {
            let feed = text.first(0x0A, from: position)
            if feed >= Int(record.start) { return line }
            position = feed + 1
            line += 1
        }
    }
}
