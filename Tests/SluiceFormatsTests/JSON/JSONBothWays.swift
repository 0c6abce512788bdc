import SluiceCore
import SluiceFormats
import Testing

/// Random access to bytes in memory.
struct HeldBytes: RandomAccess {
    let bytes: [UInt8]

    var byteCount: Int64 { Int64(bytes.count) }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let rest = bytes[min(Int(offset), bytes.count)...].prefix(buffer.count)
        buffer.copyBytes(from: rest)
        return rest.count
    }
}

/// What reading a file gives as somebody sees it who compares.
struct SeenFile: Equatable {
    var rows: [String] = []
    var lines: [Int64] = []
    var raw: [[UInt8]] = []
    var rejects: [String] = []
    var error: String?

    mutating func add(_ batch: Batch) {
        for row in 0..<batch.rowCount {
            rows.append(batch.row(row).json)
            lines.append(batch.origin!.position(row))
            raw.append(Array(batch.origin!.raw![row]))
        }
    }

    mutating func add(_ all: [Reject]) {
        for reject in all {
            let (error, place) = (reject.error, reject.location?.description ?? "")
            rejects.append("\(place) \(error.code) \(error.column ?? "") \(error.message) \(String(decoding: reject.raw, as: UTF8.self))")
        }
    }
}

/// Reads a file the careful way: records one by one, each byte looked at.
func readCarefully(_ bytes: [UInt8], _ format: any RecordFormat, _ schema: Schema) throws -> SeenFile {
    var seen = SeenFile()
    do throws(SluiceError) {
        var framer = try format.open(MemorySource(bytes), path: "x.json")
        let decoder = try format.decoder(framer.layout, schema: schema, missing: .null)
        while let framed = try framer.next() {
            seen.add(framed.rejects)
            let decoded = decoder.decode(framed.records, origin: framed.origin)
            seen.add(decoded.batch)
            seen.add(decoded.rejects)
        }
    } catch {
        seen.error = "\(error)"
    }
    return seen
}

/// Reads a file the fast way, in blocks.
func readInBlocks(
    _ bytes: [UInt8], _ format: any RecordFormat, _ schema: Schema, condition: (any RowCondition)? = nil
) throws -> SeenFile {
    var seen = SeenFile()
    do throws(SluiceError) {
        let request = ReadRequest(schema, condition: condition)
        var reader = try format.reader(FileInput(HeldBytes(bytes: bytes), path: "x.json"), request)
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                seen.add(decoded.batch)
                seen.add(decoded.rejects)
            }
        }
    } catch {
        seen.error = "\(error)"
    }
    return seen
}

/// Both ways must see the same.
func expectSame(
    _ bytes: [UInt8], _ options: [String: OptionValue], _ schema: Schema, _ note: String, location: SourceLocation = #_sourceLocation
) throws {
    let format = try json(options)
    let careful = try readCarefully(bytes, format, schema)
    let fast = try readInBlocks(bytes, format, schema)
    #expect(fast == careful, "\(note): \(String(decoding: bytes.prefix(2000), as: UTF8.self).debugDescription)", sourceLocation: location)
}

typealias SourceLocation = Testing.SourceLocation
