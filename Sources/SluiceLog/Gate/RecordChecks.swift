package import SluiceCore

/// Why a record is not taken; nil where it is.
package typealias RecordCheck = @Sendable (ArraySlice<UInt8>) -> SluiceError?

/// Finds the check of a schema's records, for streams that are bound to one. The log knows nothing of schemas itself.
package struct RecordChecks: Sendable {
    private let find: @Sendable (_ schema: String) throws(SluiceError) -> RecordCheck

    package init(_ find: @escaping @Sendable (_ schema: String) throws(SluiceError) -> RecordCheck) { self.find = find }

    /// - Throws: what keeps the schema from being used.
    package func check(for schema: String) throws(SluiceError) -> RecordCheck { try find(schema) }
}
