import SluiceCore

/// A scalar's text cut at its references: `in/${day}.csv` is a text, a reference and a text. `$${` stands for `${` itself.
struct ReferenceText {
    enum Part: Hashable {
        case text(String)
        /// What stands between the braces.
        case reference(String)
    }

    /// Parts with where they begin, in Unicode scalars of the text.
    var parts: [(part: Part, start: Int)] = []

    /// Nil for a text without a sign of a reference, which most are.
    ///
    /// - Throws: The place of a `${` that is not closed.
    init?(_ text: String) throws(Unclosed) {
        guard text.contains("${") else { return nil }
        let scalars = Array(text.unicodeScalars)
        var plain = String.UnicodeScalarView()
        var plainStart = 0
        var index = 0
        func follows(_ signs: String) -> Bool { scalars[index...].starts(with: signs.unicodeScalars) }
        while index < scalars.count {
            if follows("$${") {
                // The text goes on behind the first sign, so that places inside of it stay right.
                if !plain.isEmpty { parts.append((.text(String(plain)), plainStart)) }
                parts.append((.text("${"), index + 1))
                index += 3
                (plain, plainStart) = (.init(), index)
            } else if follows("${") {
                guard let end = scalars[index...].firstIndex(of: "}") else { throw Unclosed(offset: index) }
                if !plain.isEmpty { parts.append((.text(String(plain)), plainStart)) }
                var content = String.UnicodeScalarView()
                content.append(contentsOf: scalars[(index + 2)..<end])
                parts.append((.reference(String(content)), index))
                index = end + 1
                (plain, plainStart) = (.init(), index)
            } else {
                plain.append(scalars[index])
                index += 1
            }
        }
        if !plain.isEmpty { parts.append((.text(String(plain)), plainStart)) }
    }

    struct Unclosed: Error { var offset: Int }
}

/// How a scalar was written before values were put into it, so that places in its value can be found in the file.
struct WrittenScalar: Sendable {
    let text: String
    let style: DefinitionNode.ScalarStyle
    /// Pieces of the value: where each begins there, and where in `text`. A reference's value has one place, that of its `$`.
    var pieces: [(valueStart: Int, start: Int, isReference: Bool)] = []

    func offset(of value: Int) -> Int {
        guard let piece = pieces.last(where: { $0.valueStart <= value }) else { return value }
        return piece.isReference ? piece.start : piece.start + value - piece.valueStart
    }
}
