/// What transforms records: the pipelines of the state directory, which a processor `Lambda` names as a function.
package struct RecordFunctions: Sendable {
    /// A record as a function gets it.
    package struct Record: Hashable, Sendable {
        /// Unique among the records of a call, and the same when the call is repeated.
        package var id: String
        package var data: [UInt8]
        /// Since 1970.
        package var arrivalMicros: Int64
    }

    /// What a function made of a record.
    package struct Result: Hashable, Sendable {
        /// What becomes of the record.
        package enum Outcome: Hashable, Sendable {
            case delivered([UInt8])
            case dropped
            /// Why; the record goes to the error prefix as it came.
            case failed(String)
        }

        package var id: String
        package var outcome: Outcome

        package init(id: String, _ outcome: Outcome) {
            self.id = id
            self.outcome = outcome
        }
    }

    /// Whether there is a pipeline of a name.
    package var exists: @Sendable (String) throws -> Bool
    /// Transforms records; one of which nothing comes back is dropped.
    ///
    /// - Throws: What has nothing to do with a record, so that the call has to be repeated.
    package var call: @Sendable (_ name: String, [Record]) async throws -> [Result]

    package init(
        exists: @escaping @Sendable (String) throws -> Bool, call: @escaping @Sendable (String, [Record]) async throws -> [Result]
    ) {
        self.exists = exists
        self.call = call
    }

    /// Where there are none.
    package static let none = RecordFunctions(exists: { _ in false }, call: { _, _ in [] })
}
