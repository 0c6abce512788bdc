import FuzzKit
import SluiceCore

/// A chunk of a spill file behind a header that is right: the first bytes choose the rows and a schema, the rest is the payload.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let first = choices.number(below: types.count)
    let fieldCount = choices.number(below: 4) + 1
    let rows = choices.one(of: [0, 1, 2, 63, 64, 65, 1_000, Int(Int32.max)])
    let payload = choices.rest
    let fields = (0..<fieldCount).map { Field("c\($0)", types[(first + $0) % types.count]) }
    guard let schema = try? Schema(fields) else { return 0 }
    _ = try? SpillCodec.decode(payload, schema: schema)
    guard let batch = try? SpillCodec.decode(chunk(payload, rows: rows), schema: schema) else { return 0 }
    let looked = min(batch.rowCount, 100)
    for row in 0..<looked { _ = batch.row(row).json }
    // What was read can be written, and comes back.
    guard batch.rowCount <= 1_000 else { return 0 }
    guard let again = try? SpillCodec.decode(SpillCodec.encode(batch), schema: schema) else {
        Fuzzing.require(false, "a chunk that was read is not read again")
        return 0
    }
    Fuzzing.requireSame((0..<again.rowCount).map { again.row($0).json }, (0..<batch.rowCount).map { batch.row($0).json }, "rows again")
    return 0
}

private let types: [DataType] = [
    .int64, .string, .list(.string), .structure([Field("a", .int8), Field("b", .list(.int64))]), .map(key: .string, value: .int64),
    .choice([.int64, .string]), .boolean, .decimal(precision: 20, scale: 2), .float64, .null, .binary, .date, .structure([]),
]

private func chunk(_ payload: [UInt8], rows: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
    append(SpillCodec.magic)
    append(UInt32(0))
    append(UInt64(rows))
    append(UInt64(payload.count))
    append(payload.withUnsafeBytes { SpillCodec.checksum($0) })
    return bytes + payload
}
