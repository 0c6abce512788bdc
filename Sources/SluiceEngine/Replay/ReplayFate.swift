/// Whether the record of a dead letter can go through its pipeline again without a row of it being written twice.
package enum ReplayFate: Hashable, Sendable {
    /// Nothing of the record is in the output: it goes through the pipeline from the source on.
    ///
    /// - Parameter route: The only route that its rows may enter, where they went into others; nil: as all rows.
    case replay(route: String?)
    /// Other rows of the record are in the output, or it is a row of several records: the row that failed goes on from the step in which it did.
    case row
    /// It stays a letter.
    case keep(Reason)

    /// Why a letter stays one.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Other rows of the record went on.
        case severalRows = "several-rows"
        /// A step has seen it, and would leave it out as a duplicate.
        case remembered
        /// It is a record of what a step joins with.
        case otherSource = "other-source"
        /// The route that it has to enter is gone.
        case unknownRoute = "unknown-route"
        /// The step in which its row failed is gone.
        case unknownStep = "unknown-step"
        /// Its row has other columns than those that reach the step now.
        case otherColumns = "other-columns"
        /// Nobody knows how its bytes were written.
        case undecodable
        /// A later run over the whole input had the record, too.
        case superseded

        /// For people, of several letters.
        package var text: String {
            switch self {
            case .severalRows:
                "they failed behind a step that makes several rows of one, or one of several, and the row alone cannot go on: others of the record did"
            case .remembered: "they failed behind `deduplicate`, which would leave them out as duplicates of themselves"
            case .otherSource: "they are records of a table that is joined, which is read anew by each run"
            case .unknownStep: "the step in which their rows failed is not in the definition any more, or rows cannot begin there"
            case .otherColumns: "their rows have other columns than those that reach the step now"
            case .unknownRoute: "the route in which they failed is not in the definition any more"
            case .undecodable: "their file is gone, or was written anew with other columns, or its format has no single records"
            case .superseded: "a later run read the whole input, and with it these records"
            }
        }
    }
}
