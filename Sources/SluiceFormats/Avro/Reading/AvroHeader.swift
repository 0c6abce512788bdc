import SluiceCore

/// The header of an object container file (Avro specification, "Object Container Files").
struct AvroHeader: Sendable {
    static let magic: [UInt8] = [0x4F, 0x62, 0x6A, 0x01]
    static let syncBytes = 16

    let type: AvroType
    let codec: AvroCodec
    /// All entries, the schema and codec among them.
    let metadata: [(key: String, value: [UInt8])]
    let sync: [UInt8]

    /// - Parameter nanoseconds: What becomes of timestamps in nanoseconds: `type` says it.
    /// - Throws: `cutFile`, `corruptFile`, `typeError`, `unreadable` or `limitExceeded`.
    init(_ input: inout AvroInput, nanoseconds: NanosecondReading = .reject) throws(SluiceError) {
        let place = SourceLocation.file(path: input.path)
        for byte in Self.magic where try input.byte() != byte {
            throw SluiceError(
                .corruptFile, "the file is no Avro file: it does not begin with \"Obj\" and version 1", at: place,
                remedy: "check the format: a file of another one may have this name")
        }
        metadata = try Self.metadata(&input)
        sync = try input.bytes(Self.syncBytes)
        guard let schema = metadata.last(where: { $0.key == "avro.schema" })?.value else {
            throw input.corrupt("the header has no schema", at: 0)
        }
        do throws(SluiceError) {
            type = try AvroSchemaParser.type(of: schema, nanoseconds: nanoseconds)
            let name = metadata.last { $0.key == "avro.codec" }.map { String(decoding: $0.value, as: UTF8.self) }
            codec = try AvroCodec(named: name ?? AvroCodec.null.rawValue)
        } catch {
            throw error.located(at: place)
        }
    }

    private static func metadata(_ input: inout AvroInput) throws(SluiceError) -> [(key: String, value: [UInt8])] {
        var entries: [(key: String, value: [UInt8])] = []
        while true {
            let count = try input.long()
            if count == 0 { return entries }
            if count < 0 { _ = try input.long() }
            guard count.magnitude <= UInt64(AvroLimits.headerBytes) else { throw tooLarge(input) }
            for _ in 0..<count.magnitude {
                let key = try text(&input)
                entries.append((String(decoding: key, as: UTF8.self), try text(&input)))
            }
        }
    }

    private static func text(_ input: inout AvroInput) throws(SluiceError) -> [UInt8] {
        let begin = input.offset
        let count = try input.long()
        guard count >= 0 else { throw input.corrupt("a length is negative", at: begin) }
        guard count <= Int64(AvroLimits.headerBytes), input.offset + count <= Int64(AvroLimits.headerBytes) else { throw tooLarge(input) }
        return try input.bytes(Int(count))
    }

    private static func tooLarge(_ input: AvroInput) -> SluiceError {
        SluiceError(
            .limitExceeded, "the header of the Avro file has more than \(AvroLimits.headerBytes) bytes", at: .file(path: input.path))
    }
}
