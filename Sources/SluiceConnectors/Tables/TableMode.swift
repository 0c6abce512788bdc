import SluicePipelines

/// What happens to the rows that a table has.
enum TableMode: String, CaseIterable {
    case overwrite, append, merge, history

    static let specification = OptionSpecification(
        "mode", .enumeration(allCases.map(\.rawValue)), default: overwrite.rawValue,
        "What happens to the rows that the table has: overwrite replaces them, append leaves them, merge replaces those with the same keys, history"
            + " ends their time. Files that Sluice did not write stay.")

    var merging: MergeOptions.Kind? {
        switch self {
        case .overwrite, .append: nil
        case .merge: .latest
        case .history: .history
        }
    }
}
