import SluiceCore

/// The Avro schema of a batch schema, as JSON.
struct AvroSchemaText {
    private var bytes: [UInt8] = []
    private var recordNames: Set<String> = []

    /// - Throws: `typeError` for a type, `invalidArgument` for a name that Avro does not have.
    static func text(of schema: Schema, recordName: String) throws(SluiceError) -> [UInt8] {
        let parts = recordName.split(separator: ".", omittingEmptySubsequences: false)
        for part in parts { try checkName(String(part), "the record name") }
        var text = AvroSchemaText()
        try text.record(schema.fields, name: recordName, column: "", depth: 0)
        return text.bytes
    }

    /// Avro specification, "Names".
    private static func checkName(_ name: String, _ what: String) throws(SluiceError) {
        let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        }
        guard isPlain, !name.isEmpty else {
            throw SluiceError(
                .invalidArgument, "\(what) \(name.quotedForMessage) is no name for Avro: letters, digits and _ only, no digit first",
                remedy: "rename it in a step before")
        }
    }

    private mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// - Parameters:
    ///   - name: The record's.
    ///   - column: As messages call it, with the structs that it is in; empty for the whole row.
    private mutating func record(_ fields: [Field], name: String, column: String, depth: Int) throws(SluiceError) {
        guard depth < AvroLimits.schemaDepth else {
            throw SluiceError(.typeError, "the schema is nested deeper than \(AvroLimits.schemaDepth) types")
        }
        add(#"{"type":"record","name":""# + uniqueName(name) + #"","fields":["#)
        for (index, field) in fields.enumerated() {
            try Self.checkName(field.name, "column")
            if index > 0 { add(",") }
            add(#"{"name":""# + field.name + #"","type":"#)
            try type(
                field.type, isNullable: field.isNullable, name: "\(name)_\(field.name)",
                column: column.isEmpty ? field.name : "\(column).\(field.name)", depth: depth + 1)
            add(field.isNullable ? #","default":null}"# : "}")
        }
        add("]}")
    }

    /// Each record of a schema has a name of its own.
    private mutating func uniqueName(_ name: String) -> String {
        var candidate = name
        var number = 2
        while !recordNames.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    private mutating func type(_ type: DataType, isNullable: Bool, name: String, column: String, depth: Int) throws(SluiceError) {
        if case .choice(let alternatives) = type { return try choice(alternatives, isNullable, name, column, depth) }
        guard isNullable, type != .null else { return try plain(type, name: name, column: column, depth: depth) }
        add(#"["null","#)
        try plain(type, name: name, column: column, depth: depth)
        add("]")
    }

    private mutating func choice(
        _ alternatives: [DataType], _ isNullable: Bool, _ name: String, _ column: String, _ depth: Int
    ) throws(SluiceError) {
        // A union has one type of each kind at most; records differ by their names.
        var kinds: Set<String> = []
        for alternative in alternatives {
            guard kinds.insert(Self.kind(alternative)).inserted || alternative.isStructure else {
                throw SluiceError(
                    .typeError,
                    "column \(column.quotedForMessage) is \(DataType.choice(alternatives)), whose types are one in an Avro union",
                    remedy: "resolve the choice in a step before")
            }
        }
        add(isNullable ? #"["null","# : "[")
        for (index, alternative) in alternatives.enumerated() {
            if index > 0 { add(",") }
            try plain(alternative, name: name, column: column, depth: depth + 1)
        }
        add("]")
    }

    private static func kind(_ type: DataType) -> String {
        switch type {
        case .int8, .int16, .int32, .date: "int"
        case .int64, .timestamp: "long"
        case .decimal, .binary: "bytes"
        case .structure: "record"
        case .list: "array"
        case .map: "map"
        default: type.description
        }
    }

    private mutating func plain(_ type: DataType, name: String, column: String, depth: Int) throws(SluiceError) {
        switch type {
        case .null: add(#""null""#)
        case .boolean: add(#""boolean""#)
        case .int8, .int16, .int32: add(#""int""#)
        case .int64: add(#""long""#)
        case .float32: add(#""float""#)
        case .float64: add(#""double""#)
        case .string: add(#""string""#)
        case .binary: add(#""bytes""#)
        case .date: add(#"{"type":"int","logicalType":"date"}"#)
        case .timestamp(let zoned): add(#"{"type":"long","logicalType":""# + (zoned ? "" : "local-") + #"timestamp-micros"}"#)
        case .decimal(let precision, let scale):
            add(#"{"type":"bytes","logicalType":"decimal","precision":\#(precision),"scale":\#(scale)}"#)
        case .list(let element):
            add(#"{"type":"array","items":"#)
            try self.type(element, isNullable: true, name: name, column: column, depth: depth + 1)
            add("}")
        case .map(let key, let value):
            guard key == .string else {
                throw SluiceError(
                    .typeError, "column \(column.quotedForMessage) is \(type), and maps in Avro files have texts as keys",
                    remedy: "cast the keys to string in a step before")
            }
            add(#"{"type":"map","values":"#)
            try self.type(value, isNullable: true, name: name, column: column, depth: depth + 1)
            add("}")
        case .structure(let fields): try record(fields, name: name, column: column, depth: depth)
        case .choice(let alternatives): try choice(alternatives, false, name, column, depth)
        }
    }
}

extension DataType {
    fileprivate var isStructure: Bool {
        if case .structure = self { true } else { false }
    }
}
