package import SluiceCore
import SluiceExpressions

/// `mask: {email: hash, phone: {method: partial, keep_last: 4}}`
package struct MaskStep: StepDefinition {
    private static let mostKept = 1_000
    private static let methods = Method.allCases.map(\.rawValue)

    package static let manual = StepManual(
        key: "mask", summary: "Hides the values of columns in place: by their hash, by a constant, or all but their ends.",
        arguments: .mapping(
            key: "column",
            .either([
                .enumeration(methods),
                .object([
                    OptionSpecification(
                        "method", .enumeration(methods), isRequired: true,
                        "`hash`: SHA-256 as 64 hexadecimal digits; `redact`: null or a constant; `partial`: only the ends stay.",
                        examples: ["hash"]),
                    OptionSpecification(
                        "salt", .string, "For `hash`: a text that is hashed in front of each value, so that nobody can try likely ones.",
                        examples: ["p9Jx"]),
                    OptionSpecification(
                        "value", .string, "For `redact`: what stands for each value; null when absent.", examples: ["hidden"]),
                    OptionSpecification(
                        "keep_first", .integer(0...mostKept), default: "0", "For `partial`: characters that stay at the beginning."),
                    OptionSpecification(
                        "keep_last", .integer(0...mostKept), default: "0", "For `partial`: characters that stay at the end."),
                    OptionSpecification("cover", .string, default: "*", "For `partial`: one character that stands for each hidden one."),
                ]),
            ]), minimum: 1),
        notes: [
            "The result is text; nulls stay null. Numbers, times and booleans are hidden as the text that CAST makes of them.",
            "The same value and salt always give the same hash (of the salt's UTF-8 bytes and the value's behind them), so columns that were equal"
                + " can still be joined.",
            "`partial` hides all of a value that is no longer than what would stay.",
            "Dead letters keep records as they came: mask does not reach them.",
        ],
        examples: [
            "- mask: {email: hash, ssn: redact}",
            "- mask:\n    user_id: {method: hash, salt: p9Jx}\n    card: {method: partial, keep_last: 4}\n    name: {method: redact, value: hidden}",
        ])

    private enum Method: String, CaseIterable { case hash, redact, partial }

    package let location: SourceLocation?
    private let columns: [(column: ColumnArgument, mask: ColumnMask)]

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        var errors = ErrorCollector()
        var columns: [(column: ColumnArgument, mask: ColumnMask)] = []
        for entry in try node.mapping() {
            guard let mask = try errors.attempt({ try Self.mask(entry.value) }) else { continue }
            columns.append((ColumnArgument(name: entry.key, location: entry.keyLocation), mask))
        }
        try errors.throwIfAny()
        self.columns = columns
    }

    private static func mask(_ node: DefinitionNode) throws(SluiceError) -> ColumnMask {
        let method = try (node.isMapping ? node.require("method") : node).enumeration(Method.self)
        switch method {
        case .hash:
            try refuse(["value", "keep_first", "keep_last", "cover"], in: node, method)
            return .hash(salt: try node[key: "salt"]?.string() ?? "")
        case .redact:
            try refuse(["salt", "keep_first", "keep_last", "cover"], in: node, method)
            return .redact(try node[key: "value"]?.string())
        case .partial:
            try refuse(["salt", "value"], in: node, method)
            let cover = try node[key: "cover"]?.string() ?? "*"
            guard cover.unicodeScalars.count == 1 else {
                throw (node[key: "cover"] ?? node).invalid("cover must be one character, but is \(cover.quotedForMessage)")
            }
            return .partial(
                first: try node[key: "keep_first"]?.integer() ?? 0, last: try node[key: "keep_last"]?.integer() ?? 0, cover: cover)
        }
    }

    private static func refuse(_ keys: [String], in node: DefinitionNode, _ method: Method) throws(SluiceError) {
        for key in keys {
            if let value = node[key: key] {
                throw value.invalid(
                    "\(key) means nothing to the method \(method.rawValue)", remedy: "leave it out, or choose another method")
            }
        }
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        var errors = ErrorCollector()
        var fields = input.fields
        var masked: [MaskOperation.MaskedColumn] = []
        for (column, mask) in columns where !context.unreadInputs.contains(column.name) {
            try errors.attempt {
                let position = try column.position(in: input)
                if mask == .redact(nil) {
                    fields[position].isNullable = true
                } else {
                    fields[position].type = .string
                }
                masked.append(.init(position: position, text: try Self.text(column, position, mask, input), mask: mask))
            }
        }
        try errors.throwIfAny()
        return StepPlan(operation: .mask(MaskOperation(columns: masked)), outputSchema: try Schema(fields), summary: summary)
    }

    /// The column as text, or as it is where its values do not matter.
    private static func text(_ column: ColumnArgument, _ position: Int, _ mask: ColumnMask, _ input: Schema) throws -> BoundExpression {
        let name = QuotedName.of(column.name)
        let type = input.fields[position].type
        if case .redact = mask { return try Expression(parsing: name).bind(to: input) }
        switch type {
        case .list, .structure, .map, .choice, .binary:
            throw SluiceError(
                .typeError, "column \"\(column.name)\" has the type \(type), which is not masked as text", at: column.location,
                remedy: "redact it, or mask a part of it: `derive` it to a column before")
        case .string: return try Expression(parsing: name).bind(to: input)
        default: return try Expression(parsing: "CAST(\(name) AS string)").bind(to: input)
        }
    }

    /// Salts are secrets: a plan does not show them.
    private var summary: String {
        columns.map { column, mask in
            switch mask {
            case .hash(let salt): "\(column.name) by \(salt.isEmpty ? "" : "salted ")hash"
            case .redact(nil): "\(column.name) as null"
            case .redact(let text?): "\(column.name) as \(text.quotedForMessage)"
            case .partial(let first, let last, _): "\(column.name) but its first \(first) and last \(last) characters"
            }
        }.joined(separator: ", ")
    }
}
