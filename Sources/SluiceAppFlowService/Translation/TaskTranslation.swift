import SluiceCore
import SluicePipelines
import SluiceServer

/// The tasks of a flow as Sluice's.
struct TaskTranslation {
    private(set) var nodes: [DefinitionNode] = []
    /// Fields that a projection names.
    private var projected: [String]?
    private var isMapped = false
    private var mapsAll = false
    private var excluded: [String] = []
    /// Whether fields may be texts that stand for numbers.
    private let readsTexts: Bool

    /// - Throws: `ValidationException` for a task that lacks something.
    init(_ tasks: [WireValue], readsTexts: Bool) throws(ServiceFault) {
        self.readsTexts = readsTexts
        // Conditions are about the source's fields: they come before what changes these.
        let tasks = tasks.map(FlowTask.init)
        for task in tasks where task.judges { try add(task) }
        for task in tasks where !task.judges { try add(task) }
        finish()
    }

    private mutating func put(_ key: String, _ arguments: DefinitionNode) { nodes.append(.mapping([(key, arguments)])) }

    private mutating func add(_ task: FlowTask) throws(ServiceFault) {
        switch task.type {
        case "Map":
            isMapped = true
            let field = try task.field()
            put("map", .mapping([(task.destination ?? field, .plain(SQLText.column(field)))]))
        case "Map_all":
            mapsAll = true
            excluded += task.list("EXCLUDE_SOURCE_FIELDS_LIST")
        case "Passthrough":
            isMapped = true
            put("passthrough", .list(try task.fields().map { .plain($0) }))
        case "Filter":
            if task.operation == "PROJECTION" || task.operation == nil {
                projected = (projected ?? []) + task.sourceFields
            } else {
                put("filter", .plain(try FieldCondition(task).sql))
            }
        case "Mask": put("derive", .mapping([(try task.target(), .plain(try Masking(task).sql))]))
        case "Truncate":
            let length = try task.number("TRUNCATE_LENGTH", 0...1_000_000)
            put("derive", .mapping([(try task.target(), .plain("left(CAST(\(SQLText.name(try task.field())) AS string), \(length))"))]))
        case "Merge":
            guard let target = task.destination else { throw task.lacks("destinationField") }
            put("derive", .mapping([(target, .plain(try task.concatenation()))]))
        case "Arithmetic":
            guard let target = task.destination else { throw task.lacks("destinationField") }
            put("arithmetic", .mapping([(target, .plain(try task.arithmetic(readsTexts: readsTexts)))]))
        case "Validate": try addValidation(task)
        default:
            let keys = task.list("ORDERED_PARTITION_KEYS_LIST")
            let columns = keys.isEmpty ? task.sourceFields : keys
            guard !columns.isEmpty else { throw task.lacks("ORDERED_PARTITION_KEYS_LIST") }
            put("partition", .list(columns.map { .plain($0) }))
        }
    }

    private mutating func addValidation(_ task: FlowTask) throws(ServiceFault) {
        let rules = [
            "VALIDATE_NON_NULL": "not_null", "VALIDATE_NON_ZERO": "not_zero", "VALIDATE_NON_NEGATIVE": "not_negative",
            "VALIDATE_NUMERIC": "numeric",
        ]
        guard let rule = task.operation.flatMap({ rules[$0] }) else { throw task.lacks("an operator that validates") }
        let outcome: String
        switch task.properties["VALIDATION_ACTION"] {
        case "DropRecord": outcome = "drop"
        case "TerminateFlow", nil: outcome = "stop"
        case let other?: throw Faults.invalid("The VALIDATION_ACTION \(other) is none of DropRecord, TerminateFlow.")
        }
        let field = try task.field()
        guard readsTexts, let condition = Self.condition(rule, SQLText.name(field)) else {
            return put("validate", .mapping([(field, .mapping([("is", .plain(rule)), ("on_fail", .plain(outcome))]))]))
        }
        let ofStep = outcome == "stop" ? "fail" : outcome
        put("assert", .mapping([("\(field) \(rule)", .mapping([("that", .plain(condition)), ("on_fail", .plain(ofStep))]))]))
    }

    /// What a rule about a number means of a text that may stand for one; nil for the other rules. One that is no number is not zero, and
    /// nobody knows that it is not negative.
    private static func condition(_ rule: String, _ field: String) -> String? {
        switch rule {
        case "not_zero": "coalesce(TRY_CAST(\(field) AS float64) <> 0, true)"
        case "not_negative": "\(field) IS NULL OR coalesce(TRY_CAST(\(field) AS float64) >= 0, false)"
        default: nil
        }
    }

    /// What goes along: a projection says it where nothing else does.
    private mutating func finish() {
        if let projected, !projected.isEmpty, !isMapped {
            put("passthrough", .list(projected.filter { !excluded.contains($0) }.map { .plain($0) }))
        } else if mapsAll {
            put("map_all", .mapping(excluded.isEmpty ? [] : [("except", .list(excluded.map { .plain($0) }))]))
        }
    }
}

/// One task, as its client wrote it.
struct FlowTask {
    let type: String
    let sourceFields: [String]
    let destination: String?
    let properties: [String: String]
    /// The operator, under whatever connector it stands.
    let operation: String?

    init(_ value: WireValue) {
        type = value["taskType"]?.string ?? ""
        sourceFields = value["sourceFields"]?.texts ?? []
        destination = value["destinationField"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        properties = value["taskProperties"]?.textMap ?? [:]
        operation = value["connectorOperator"]?.textMap.values.first
    }

    /// Whether it says which rows go on, and changes none.
    var judges: Bool { type == "Validate" || (type == "Filter" && operation != nil && operation != "PROJECTION") }

    func lacks(_ what: String) -> ServiceFault { Faults.invalid("A task of the type \(type) must have \(what).") }

    /// - Throws: `ValidationException` for a task of several fields, or of none.
    func field() throws(ServiceFault) -> String {
        guard sourceFields.count == 1 else { throw lacks("one source field, and has \(sourceFields.count)") }
        return sourceFields[0]
    }

    func fields() throws(ServiceFault) -> [String] {
        guard !sourceFields.isEmpty else { throw lacks("source fields") }
        return sourceFields
    }

    /// The field that gets the result.
    func target() throws(ServiceFault) -> String {
        if let destination { return destination }
        return try field()
    }

    func property(_ name: String) throws(ServiceFault) -> String {
        guard let text = properties[name] else { throw lacks("the property \(name)") }
        return text
    }

    func number(_ name: String, _ range: ClosedRange<Int>) throws(ServiceFault) -> Int {
        let text = try property(name)
        guard let number = Int(text), range.contains(number) else {
            throw Faults.invalid("The property \(name) is \(text), and not a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// Names with commas between them, or a list of JSON.
    func list(_ name: String) -> [String] {
        guard let text = properties[name] else { return [] }
        if text.hasPrefix("["), let list = WireValue(json: text) { return list.texts }
        return text.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// `${first} ${last}` as an expression; without a format all fields behind one another.
    func concatenation() throws(ServiceFault) -> String {
        let fields = try fields()
        guard let format = properties["CONCAT_FORMAT"] else {
            return "concat_ws(' ', \(fields.map { "CAST(\(SQLText.name($0)) AS string)" }.joined(separator: ", ")))"
        }
        var parts: [String] = []
        var rest = format[...]
        while let open = rest.firstRange(of: "${") {
            if open.lowerBound > rest.startIndex { parts.append(SQLText.literal(String(rest[..<open.lowerBound]))) }
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else {
                throw Faults.invalid("The CONCAT_FORMAT \(format) has a field that is not closed.")
            }
            let name = String(rest[open.upperBound..<close])
            guard fields.contains(name) else {
                throw Faults.invalid(
                    "The CONCAT_FORMAT names \(name), which is none of the source fields \(fields.joined(separator: ", ")).")
            }
            parts.append("coalesce(CAST(\(SQLText.name(name)) AS string), '')")
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(SQLText.literal(String(rest))) }
        guard !parts.isEmpty else { throw lacks("a CONCAT_FORMAT with fields") }
        return "concat(\(parts.joined(separator: ", ")))"
    }

    /// - Parameter readsTexts: Whether the fields may be texts, each of which must be a number then.
    func arithmetic(readsTexts: Bool) throws(ServiceFault) -> String {
        let signs = ["ADDITION": "+", "SUBTRACTION": "-", "MULTIPLICATION": "*", "DIVISION": "/"]
        guard let sign = operation.flatMap({ signs[$0] }) else { throw lacks("an operator that computes") }
        let named = list("MATH_OPERATION_FIELDS_ORDER")
        let order = named.isEmpty ? sourceFields : named
        guard order.count == 2, order.allSatisfy(sourceFields.contains) else { throw lacks("two source fields, in their order") }
        let terms = order.map { readsTexts ? "CAST(\(SQLText.name($0)) AS float64)" : SQLText.name($0) }
        return "\(terms[0]) \(sign) " + (sign == "/" ? "nullif(\(terms[1]), 0)" : terms[1])
    }
}

/// Literals and names of expressions.
enum SQLText {
    /// A name as plain as it can be, so that a mapping that only renames is seen to do no more.
    static func column(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) && byte & 0xC0 == 0x40 || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
        }
        let begins = text.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
        return isPlain && begins && !reserved.contains(text.uppercased()) ? text : name(text)
    }

    /// Words that are no names in expressions.
    private static let reserved: Set<String> = [
        "AND", "AS", "BETWEEN", "BY", "CASE", "CAST", "DATE", "ELSE", "END", "ESCAPE", "FALSE", "FROM", "GROUP", "IN", "ILIKE", "INTERVAL",
        "IS",
        "LIKE",
        "NOT", "NULL", "OR", "ORDER", "SELECT", "THEN", "TIMESTAMP", "TRUE", "TRY_CAST", "WHEN", "WHERE",
    ]

    static func name(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
