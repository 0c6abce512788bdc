import FuzzKit
import SluiceCore

@testable import SluiceFormats

/// A text file, read whole.
struct Reading {
    private(set) var seen = Seen()
    private(set) var layout = FileLayout(format: TextFormat.name)
    /// Of rows, in order: the line of the record, and its bytes.
    private(set) var rows: [(line: Int, raw: [UInt8])] = []
    private(set) var rejects: [Reject] = []

    /// All columns.
    init(_ format: TextFormat, _ text: [UInt8], chunkBytes: Int, byBlocks: Bool) {
        self.init(format, text, nil, chunkBytes: chunkBytes, byBlocks: byBlocks)
    }

    /// - Parameter request: nil: all columns that the file has.
    init(_ format: TextFormat, _ text: [UInt8], _ request: ReadRequest?, chunkBytes: Int = FormatLimits.chunkBytes, byBlocks: Bool = true) {
        do {
            var framer = try format.framer(MemorySource(text), path: "x.log", chunkBytes: chunkBytes)
            layout = framer.layout
            // Of a log that is known the file shows the pattern.
            let found = try layout.options["pattern"].map { try format.adding(["pattern": $0]) }
            let request = request ?? ReadRequest((found ?? format).schema)
            let decoder = try format.decoder(layout, schema: request.schema, missing: .error)
            if byBlocks {
                while let block = try framer.nextBlock() { add(decoder.decode(block, request)) }
            } else {
                while let framed = try framer.next() { add(decoder.decodeWhole(framed, request)) }
            }
        } catch {
            seen.error = "\(error)"
        }
    }

    private mutating func add(_ decoded: DecodedBatch) {
        seen.add(decoded.batch)
        seen.add(decoded.rejects)
        rejects += decoded.rejects
        for row in 0..<decoded.batch.rowCount {
            guard let origin = decoded.batch.origin, let raw = origin.raw else {
                Fuzzing.require(false, "a row has no origin")
                return
            }
            rows.append((Int(origin.position(row)), Array(raw[row])))
        }
    }
}
