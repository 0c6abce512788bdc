import SluiceCore

/// What a pattern of LIKE says about all texts that match it: how they begin.
enum LikePrefix {
    /// Bounds of a column whose values match a pattern without an escape character.
    static func bounds(_ column: String, _ pattern: String) -> [ColumnBound] {
        let scalars = Array(pattern.unicodeScalars)
        let prefix = scalars.prefix { $0 != "%" && $0 != "_" }
        if prefix.count == scalars.count { return [ColumnBound(column, .isIn([.string(pattern)]))] }
        if prefix.isEmpty { return [] }
        var bounds = [ColumnBound(column, .greaterOrEqual(.string(text(prefix))))]
        if let end = end(prefix) { bounds.append(ColumnBound(column, .less(.string(text(end))))) }
        return bounds
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// The first text behind all that begin so; nil where there is none. Texts are ordered by their scalars, as their UTF-8 is.
    private static func end(_ prefix: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
        var scalars = Array(prefix)
        while let last = scalars.popLast() {
            // There are no scalars from D800 to DFFF.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            if let scalar = Unicode.Scalar(next) { return scalars + [scalar] }
        }
        return nil
    }
}
