package import SluiceCore

extension SluiceError.Code {
    /// A text is no schema of the format that it is said to be.
    package static let invalidSchema = Self("invalid-schema", .definition)
    /// A version is not compatible with those before it.
    package static let incompatibleSchema = Self("incompatible-schema")
    /// A record does not fit the schema that it must have.
    package static let recordMismatch = Self("record-mismatch")
}

/// Why a record does not fit its schema, and where in it.
package struct PayloadFault: Error, Hashable, Sendable {
    /// Names and indices from the root: `order.items[2].price`; empty for the whole.
    package var path: String
    /// Lower case, no full stop.
    package var why: String

    package init(_ path: String, _ why: String) {
        self.path = path
        self.why = why
    }

    package var message: String { path.isEmpty ? why : "field \(path): \(why)" }

    /// As the error of one record.
    package var error: SluiceError {
        SluiceError(.recordMismatch, message, remedy: "send records that fit, or register a version of the schema that they fit")
    }
}

/// A place within a record or schema.
struct FieldPath: Hashable, Sendable {
    var text: String

    static let root = FieldPath(text: "")

    func member(_ name: String) -> FieldPath { FieldPath(text: text.isEmpty ? name : "\(text).\(name)") }
    func item(_ index: Int) -> FieldPath { FieldPath(text: "\(text)[\(index)]") }
    /// Any item of an array.
    var items: FieldPath { FieldPath(text: text + "[]") }
    /// Any value of a map.
    var values: FieldPath { FieldPath(text: text + "{}") }
}
