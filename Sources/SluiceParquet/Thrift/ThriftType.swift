package import SluiceCore

/// Types of Thrift's compact protocol, by their number in field and list headers.
///
/// Source: Apache Thrift, "Thrift Compact protocol encoding" (doc/specs/thrift-compact-protocol.md).
package enum ThriftType: UInt8, Sendable {
    case boolTrue = 1, boolFalse = 2
    case int8 = 3, int16 = 4, int32 = 5, int64 = 6
    case double = 7
    case binary = 8
    case list = 9, set = 10, map = 11
    case structure = 12
    case uuid = 13
}

/// A struct of `parquet.thrift` that reads and writes itself.
package protocol ThriftStruct: Hashable, Sendable {
    /// Reads the fields up to the stop byte; unknown ones are skipped.
    ///
    /// - Throws: `cutFile` where the bytes end, `corruptFile` where they are no such struct, `limitExceeded`.
    init(from reader: inout ThriftReader) throws(SluiceError)
    /// Appends the fields that are set, and the stop byte.
    func write(to writer: inout ThriftWriter)
}

extension ThriftStruct {
    /// The struct's bytes.
    package var serialized: [UInt8] {
        var writer = ThriftWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Reads one struct from the start of `bytes`; what follows it is not looked at.
    package init(serialized bytes: [UInt8]) throws(SluiceError) {
        var reader: Result<Self, SluiceError> = .failure(SluiceError(.cutFile, "no bytes"))
        bytes.withUnsafeBytes { buffer in
            reader = Result { () throws(SluiceError) in
                var reader = ThriftReader(buffer)
                return try Self(from: &reader)
            }
        }
        self = try reader.get()
    }
}

/// An enumeration of `parquet.thrift`: numbers that are not known yet are kept, so that only their use fails.
package protocol ThriftEnumeration: RawRepresentable, Hashable, Sendable, CustomStringConvertible where RawValue == Int32 {
    init(rawValue: Int32)
    /// The names of the specification; index is the number, nil where it is unused.
    static var names: [String?] { get }
}

extension ThriftEnumeration {
    package var description: String {
        guard rawValue >= 0, rawValue < Int32(Self.names.count), let name = Self.names[Int(rawValue)] else { return "unknown(\(rawValue))" }
        return name
    }
}
