import SluiceCore

/// The pattern for one part of a name, on Unicode scalars.
struct GlobPart: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        case one
        case many
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    private var pieces: [Piece] = []

    static var any: GlobPart {
        var part = GlobPart()
        part.pieces = [.many]
        return part
    }

    /// - Throws: `invalidArgument` for a `[` that is not closed.
    static func parsed(_ text: Substring, of pattern: String) throws(SluiceError) -> Glob.Part {
        var part = GlobPart()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": if part.pieces.last != .many { part.pieces.append(.many) }
            case "?": part.pieces.append(.one)
            case "\\": part.pieces.append(.scalar(rest.popFirst() ?? scalar))
            case "[":
                guard let set = set(&rest) else {
                    throw SluiceError(
                        .invalidArgument, "a [ of the pattern \(pattern.quotedForMessage) is not closed or its range is reversed",
                        remedy: #"write \[ for a bracket in a name"#)
                }
                part.pieces.append(set)
            default: part.pieces.append(.scalar(scalar))
            }
        }
        var name = String.UnicodeScalarView()
        for piece in part.pieces {
            guard case .scalar(let scalar) = piece else { return .wildcard(part) }
            name.append(scalar)
        }
        return .literal(String(name))
    }

    /// What follows a `[`, up to its `]`; a `]` that stands first is one of the set.
    private static func set(_ rest: inout Substring.UnicodeScalarView) -> Piece? {
        var isNegated = false
        if rest.first == "!" || rest.first == "^" {
            isNegated = true
            rest.removeFirst()
        }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let scalar = rest.popFirst() {
            if scalar == "]", !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
            let low = scalar == "\\" ? rest.popFirst() ?? scalar : scalar
            guard rest.first == "-", let high = rest.dropFirst().first, high != "]" else {
                ranges.append(low...low)
                continue
            }
            guard low <= high else { return nil }
            rest.removeFirst(2)
            ranges.append(low...high)
        }
        return nil
    }

    /// The characters before the first that may be others.
    var beginning: String {
        var text = String.UnicodeScalarView()
        for piece in pieces {
            guard case .scalar(let scalar) = piece else { break }
            text.append(scalar)
        }
        return String(text)
    }

    func matches(_ text: Substring) -> Bool {
        if ObjectName.isHidden(text) {
            guard case .scalar? = pieces.first else { return false }
        }
        let scalars = Array(text.unicodeScalars)
        var place = 0
        var piece = 0
        // Where to go on when the text after the last * does not fit: one character later.
        var retry: (piece: Int, place: Int)?
        while place < scalars.count {
            if piece < pieces.count, pieces[piece] == .many {
                retry = (piece + 1, place)
                piece += 1
            } else if piece < pieces.count, Self.matches(pieces[piece], scalars[place]) {
                piece += 1
                place += 1
            } else if let again = retry {
                retry = (again.piece, again.place + 1)
                (piece, place) = (again.piece, again.place + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .many }
    }

    private static func matches(_ piece: Piece, _ scalar: Unicode.Scalar) -> Bool {
        switch piece {
        case .scalar(let expected): scalar == expected
        case .one: true
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }
}
