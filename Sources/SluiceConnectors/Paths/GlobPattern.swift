import SluiceCore

/// A pattern for one name of a path: `*` any text, `?` one character, `[a-z]` and `[!a-z]` one of (or none of) a set, `\` takes the next one
/// as it is. Characters are Unicode scalars.
struct GlobPattern: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        case one
        case many
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    private let pieces: [Piece]
    /// The name itself where the pattern has no wildcard; escapes are resolved.
    let literal: String?
    /// Names that begin with `.` or `_` are matched only by a pattern that says so.
    private let admitsHidden: Bool

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var pieces: [Piece] = []
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "*": if pieces.last != .many { pieces.append(.many) }
            case "?": pieces.append(.one)
            case "[":
                if let (set, end) = Self.set(scalars, from: index) {
                    pieces.append(set)
                    index = end
                } else {
                    pieces.append(.scalar("["))
                }
            case "\\" where index + 1 < scalars.count:
                index += 1
                pieces.append(.scalar(scalars[index]))
            default: pieces.append(.scalar(scalars[index]))
            }
            index += 1
        }
        self.pieces = pieces
        literal = Self.literal(pieces)
        admitsHidden = pieces.first == .scalar(".") || pieces.first == .scalar("_")
    }

    private static func literal(_ pieces: [Piece]) -> String? {
        var text = String.UnicodeScalarView()
        for piece in pieces {
            guard case .scalar(let scalar) = piece else { return nil }
            text.append(scalar)
        }
        return String(text)
    }

    /// The set that opens at `start` and the index of its closing bracket; nil if it is not closed.
    private static func set(_ scalars: [Unicode.Scalar], from start: Int) -> (Piece, Int)? {
        var index = start + 1
        let isNegated = index < scalars.count && (scalars[index] == "!" || scalars[index] == "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < scalars.count {
            if scalars[index] == "]", !ranges.isEmpty { return (.set(ranges, isNegated: isNegated), index) }
            if index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]", scalars[index] <= scalars[index + 2] {
                ranges.append(scalars[index]...scalars[index + 2])
                index += 3
            } else {
                ranges.append(scalars[index]...scalars[index])
                index += 1
            }
        }
        return nil
    }

    /// - Complexity: O(name × pattern): after a mismatch only the last `*` is tried again.
    func matches(_ name: String) -> Bool {
        let scalars = Array(name.unicodeScalars)
        if !admitsHidden, scalars.first == "." || scalars.first == "_" { return false }
        var (place, piece) = (0, 0)
        var retry: (place: Int, piece: Int)?
        while place < scalars.count {
            if piece < pieces.count, pieces[piece] == .many {
                retry = (place, piece)
                piece += 1
            } else if piece < pieces.count, accepts(pieces[piece], scalars[place]) {
                place += 1
                piece += 1
            } else if let last = retry {
                retry = (last.place + 1, last.piece)
                (place, piece) = (last.place + 1, last.piece + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .many }
    }

    private func accepts(_ piece: Piece, _ scalar: Unicode.Scalar) -> Bool {
        switch piece {
        case .scalar(let wanted): scalar == wanted
        case .one: true
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }
}
