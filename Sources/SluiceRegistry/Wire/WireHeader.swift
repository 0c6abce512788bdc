import SluiceCodecs
package import SluiceCore

/// What stands before a record's payload and says which version of a schema wrote it (`docs/formats/schema-header.md`).
package enum WireHeader: Hashable, Sendable {
    /// Glue's: byte 3, a byte for the compression, the 16 bytes of the version's id.
    case glue(SchemaVersionID, isCompressed: Bool)
    /// Confluent's: byte 0, the id in 4 bytes, big-endian.
    case confluent(UInt32)

    static let glueVersion: UInt8 = 3
    static let glueZlib: UInt8 = 5
    static let confluentMagic: UInt8 = 0
    static let glueBytes = 2 + SchemaVersionID.byteCount
    static let confluentBytes = 5

    /// Whether a record begins as one with a header does. Texts never do: JSON begins with a sign of at least 9.
    package static func begins(_ record: ArraySlice<UInt8>) -> Bool {
        guard let first = record.first else { return false }
        return first == glueVersion || first == confluentMagic
    }

    /// The header and the plain payload behind it.
    ///
    /// - Throws: `malformedRecord` naming what is wrong; `limitExceeded` for a payload that unpacks to more than
    ///   `RegistryLimits.payloadBytes`.
    package static func parse(_ record: ArraySlice<UInt8>) throws(SluiceError) -> (header: WireHeader, payload: ArraySlice<UInt8>) {
        switch record.first {
        case glueVersion: return try parseGlue(record)
        case confluentMagic:
            guard record.count >= confluentBytes else { throw malformed("it ends within the id of its schema") }
            let id = record.dropFirst().prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return (.confluent(id), record.dropFirst(confluentBytes))
        case let first?:
            throw malformed("it begins with byte \(first), not with 3 (Glue) or 0 (Confluent)")
        case nil: throw malformed("it is empty")
        }
    }

    private static func parseGlue(_ record: ArraySlice<UInt8>) throws(SluiceError) -> (header: WireHeader, payload: ArraySlice<UInt8>) {
        guard record.count >= glueBytes else { throw malformed("it ends within the id of its schema") }
        let start = record.startIndex
        let compression = record[start + 1]
        guard compression == 0 || compression == glueZlib else {
            throw malformed("its compression is \(compression), not 0 (none) or 5 (zlib)")
        }
        let id = SchemaVersionID(bytes: Array(record[start + 2..<start + glueBytes]))
        let stored = record.dropFirst(glueBytes)
        guard compression == glueZlib else { return (.glue(id, isCompressed: false), stored) }
        let outcome: Result<[UInt8], SluiceError> = stored.withUnsafeBytes { bytes in
            do throws(SluiceError) {
                return .success(try BlockCodec.zlib.decompress(bytes, limit: RegistryLimits.payloadBytes))
            } catch {
                return .failure(error)
            }
        }
        do throws(SluiceError) {
            return (.glue(id, isCompressed: true), try outcome.get()[...])
        } catch {
            if error.code == .limitExceeded { throw error }
            throw malformed("its payload is damaged: \(error.message)")
        }
    }

    /// A record with Glue's header.
    ///
    /// - Parameter compresses: Whether the payload is packed with zlib; equal payloads give equal records.
    package static func glueRecord(_ id: SchemaVersionID, _ payload: [UInt8], compresses: Bool) -> [UInt8] {
        let head = [glueVersion, compresses ? glueZlib : 0] + id.bytes
        return head + (compresses ? payload.withUnsafeBytes { BlockCodec.zlib.compress($0) } : payload)
    }

    private static func malformed(_ why: String) -> SluiceError {
        SluiceError(
            .malformedRecord, "the record has no header of a schema: \(why)",
            remedy: "write it with a serializer of Glue or Confluent, or with `schema` of a stream sink")
    }
}
