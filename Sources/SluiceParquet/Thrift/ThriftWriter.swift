/// Writes Thrift's compact protocol.
///
/// Fields are written in ascending order between `openStruct` and `closeStruct`; a nil value writes nothing.
///
/// Source: Apache Thrift, "Thrift Compact protocol encoding".
package struct ThriftWriter {
    package private(set) var bytes: [UInt8] = []
    /// The last field's number in each open struct.
    private var lastIDs: [Int] = []

    package init() {}

    package mutating func openStruct() { lastIDs.append(0) }

    package mutating func closeStruct() {
        lastIDs.removeLast()
        bytes.append(0)
    }

    package mutating func boolean(_ id: Int, _ value: Bool?) {
        if let value { header(id, value ? .boolTrue : .boolFalse) }
    }

    package mutating func int8(_ id: Int, _ value: Int8?) {
        guard let value else { return }
        header(id, .int8)
        bytes.append(UInt8(bitPattern: value))
    }

    package mutating func int16(_ id: Int, _ value: Int16?) {
        guard let value else { return }
        header(id, .int16)
        signed(Int64(value))
    }

    package mutating func int32(_ id: Int, _ value: Int32?) {
        guard let value else { return }
        header(id, .int32)
        signed(Int64(value))
    }

    package mutating func int64(_ id: Int, _ value: Int64?) {
        guard let value else { return }
        header(id, .int64)
        signed(value)
    }

    package mutating func enumeration<Kind: ThriftEnumeration>(_ id: Int, _ value: Kind?) { int32(id, value?.rawValue) }

    package mutating func binary(_ id: Int, _ value: [UInt8]?) {
        guard let value else { return }
        header(id, .binary)
        binary(value)
    }

    package mutating func string(_ id: Int, _ value: String?) {
        if let value { binary(id, Array(value.utf8)) }
    }

    package mutating func structure(_ id: Int, _ value: (some ThriftStruct)?) {
        guard let value else { return }
        header(id, .structure)
        value.write(to: &self)
    }

    /// A struct without fields, which unions use as a mark.
    package mutating func emptyStructure(_ id: Int) {
        header(id, .structure)
        bytes.append(0)
    }

    /// Begins a struct that is the value of a field; ends with `closeStruct`.
    package mutating func openStruct(_ id: Int) {
        header(id, .structure)
        openStruct()
    }

    package mutating func structs(_ id: Int, _ values: [some ThriftStruct]?) {
        guard let values else { return }
        listHeader(id, .structure, values.count)
        for value in values { value.write(to: &self) }
    }

    package mutating func enumerations(_ id: Int, _ values: [some ThriftEnumeration]) {
        listHeader(id, .int32, values.count)
        for value in values { signed(Int64(value.rawValue)) }
    }

    package mutating func int64s(_ id: Int, _ values: [Int64]?) {
        guard let values else { return }
        listHeader(id, .int64, values.count)
        for value in values { signed(value) }
    }

    package mutating func booleans(_ id: Int, _ values: [Bool]) {
        listHeader(id, .boolTrue, values.count)
        for value in values { bytes.append(value ? 1 : 2) }
    }

    package mutating func binaries(_ id: Int, _ values: [[UInt8]]) {
        listHeader(id, .binary, values.count)
        for value in values { binary(value) }
    }

    package mutating func strings(_ id: Int, _ values: [String]) { binaries(id, values.map { Array($0.utf8) }) }

    private mutating func header(_ id: Int, _ type: ThriftType) {
        let delta = id - lastIDs[lastIDs.count - 1]
        if (1...15).contains(delta) {
            bytes.append(UInt8(delta) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            signed(Int64(id))
        }
        lastIDs[lastIDs.count - 1] = id
    }

    private mutating func listHeader(_ id: Int, _ type: ThriftType, _ count: Int) {
        header(id, .list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | type.rawValue)
        } else {
            bytes.append(0xf0 | type.rawValue)
            unsigned(UInt64(count))
        }
    }

    private mutating func binary(_ value: [UInt8]) {
        unsigned(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
