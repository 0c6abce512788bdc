import SluiceCore
import SluicePipelines

/// How types are found of columns that a definition does not declare.
package struct InferenceOptions: Sendable {
    /// Whether every record is looked at before the first is read, and not a sample.
    var readsAll = false
    /// Whether texts stay texts, also those that look like numbers or times.
    var keepsTexts = false
    /// Files that an incremental pipeline has read, with their versions: a sample of these is enough.
    var read: SourcePositions = [:]

    init() {}

    init(_ options: OptionValues) throws(SluiceError) {
        readsAll = try options.enumeration("infer_from", as: Extent.self) == .all
        keepsTexts = try options.enumeration("texts", as: Texts.self) == .keep
    }

    func isRead(_ file: InputFile) -> Bool { read[ExactText(file.path)] == file.version }

    /// What types are inferred from.
    package enum Extent: String, CaseIterable, Sendable {
        case sample, all
    }

    /// What texts are that look like something else.
    package enum Texts: String, CaseIterable, Sendable {
        case infer, keep
    }

    static let specifications = [
        OptionSpecification(
            "infer_from", .enumeration(Extent.allCases.map(\.rawValue)), default: Extent.sample.rawValue,
            "What types and fields are inferred from where columns does not declare them: a sample, or all records, which reads the files twice "
                + "and finds every field and a type that holds every value."),
        OptionSpecification(
            "texts", .enumeration(Texts.allCases.map(\.rawValue)), default: Texts.infer.rawValue,
            "What texts are: infer makes numbers, dates and times of those that look like some; keep leaves each as it is written, "
                + "so that all undeclared columns of delimited files are text. Numbers and booleans of JSON are what they are."),
    ]
}
