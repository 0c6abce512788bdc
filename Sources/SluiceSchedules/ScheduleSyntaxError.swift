package import SluiceCore

/// What is wrong with the text of a schedule, and where in the text.
package struct ScheduleSyntaxError: Error, Hashable, Sendable {
    /// Lower case, no full stop, quotes what it is about.
    package var message: String
    /// The offending part in Unicode scalars from the start of the text; empty where something is missing.
    package var range: Range<Int>
    package var remedy: String?

    package init(_ message: String, _ range: Range<Int>, remedy: String? = nil) {
        self.message = message
        self.range = range
        self.remedy = remedy
    }

    /// The error that leaves the room.
    package func sluiceError(in text: String, at location: SourceLocation?) -> SluiceError {
        SluiceError(.invalidOption, message, at: location, remedy: remedy)
    }
}

/// A part of a text with its place.
struct Piece {
    /// Unicode scalars.
    var scalars: ArraySlice<Unicode.Scalar>

    init(_ scalars: ArraySlice<Unicode.Scalar>) { self.scalars = scalars }
    init(_ text: String) { scalars = Array(text.unicodeScalars)[...] }

    var text: String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    var range: Range<Int> { scalars.startIndex..<scalars.endIndex }
    var isEmpty: Bool { scalars.isEmpty }

    /// Parts between a separator, empty ones with them.
    func split(_ separator: Unicode.Scalar) -> [Piece] {
        scalars.split(separator: separator, omittingEmptySubsequences: false).map(Piece.init)
    }

    /// Words between blanks.
    var words: [Piece] { scalars.split { $0 == " " || $0 == "\t" }.map(Piece.init) }

    var trimmed: Piece {
        var rest = scalars.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return Piece(rest)
    }

    /// The number that the digits are; nil for anything else, and for more than 9 digits.
    var number: Int? {
        guard !scalars.isEmpty, scalars.count <= 9 else { return nil }
        var number = 0
        for scalar in scalars {
            let digit = scalar.value &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    /// Whether it is one sign alone.
    func isSign(_ sign: Unicode.Scalar) -> Bool { scalars.count == 1 && scalars.first == sign }

    func error(_ message: String, remedy: String? = nil) -> ScheduleSyntaxError {
        ScheduleSyntaxError(message, range, remedy: remedy)
    }
}
