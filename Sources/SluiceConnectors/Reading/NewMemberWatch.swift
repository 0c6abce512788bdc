import SluiceCore
import SluiceFormats

/// What becomes of members of records that come behind the sample which columns were inferred from.
struct NewMemberWatch: Sendable {
    let known: KnownMembers
    private let declared: [String]

    /// Nil where the definition lets undeclared columns go.
    ///
    /// - Parameter fields: The source's columns that come from the records.
    init?(_ fields: [Field], _ options: FileReadOptions) {
        declared = options.declared.map(\.name)
        switch options.onNewColumn {
        case .ignore: return nil
        case .fail: known = KnownMembers(fields, isStrict: true)
        case .add:
            // Whoever declares a struct says which of its members are wanted.
            let names = Set(declared)
            known = KnownMembers(fields.map { names.contains($0.name) ? Field($0.name, .string) : $0 })
        }
    }

    /// - Throws: `headerMismatch` for the first of the members, where the definition does not allow any.
    func check(_ members: NewMembers?) throws(SluiceError) {
        guard known.isStrict, let first = members?.entries.first else { return }
        throw SluiceError(
            .headerMismatch, "the record has the column \(first.name.quotedForMessage), which columns does not declare", at: first.first,
            remedy: NewColumns.remedy(for: first.name, declared: declared))
    }
}
