import SluiceCatalog
import SluiceCore
import SluicePipelines

/// What ended a run, with the record that the run left.
struct RunError: Error {
    let underlying: any Error
    /// Nil if the run did not even begin: another one of the pipeline is at work, for example.
    let run: RunID?

    /// - Parameter started: microseconds since 1970 of a moment before the run began.
    init(_ error: any Error, of pipeline: String, since started: Int64, catalog: Catalog) {
        underlying = error
        run = (try? catalog.runs(pipeline: pipeline, limit: 1))?.first.flatMap { record in
            record.startedMicros >= started && record.process == .current ? record.id : nil
        }
    }

    /// Whether the run met fields that its plan did not know, and another plan will.
    var isOfNewFields: Bool { (underlying as? SluiceError)?.code == .newFields }

    /// What a person is told before the run begins again.
    var newFieldsNotice: String { "\((underlying as? SluiceError)?.message ?? ""); the run begins again there, and reads them" }
}
