import SluiceCore

/// A pattern of LIKE: `%` is any text, `_` one character (code point), everything else itself.
///
/// - Complexity: matching takes at most text × pattern steps, whatever the pattern.
struct LikePattern: Sendable {
    private enum Part: Hashable, Sendable {
        case byte(UInt8)
        case character
        case anything
    }

    /// The usual shapes, which need no matching of parts.
    private enum Shape: Sendable {
        case equals([UInt8])
        case starts([UInt8])
        case ends([UInt8])
        case contains([UInt8])
        case general
    }

    private let parts: [Part]
    private let shape: Shape
    private let ignoresCase: Bool

    /// Nil when the pattern ends with its escape character.
    init?(_ pattern: String, escape: UInt8?, ignoresCase: Bool) {
        var parts: [Part] = []
        var isEscaped = false
        for byte in (ignoresCase ? Self.folded(pattern) : pattern).utf8 {
            if isEscaped {
                parts.append(.byte(byte))
                isEscaped = false
            } else if byte == escape {
                isEscaped = true
            } else if byte == UInt8(ascii: "%") {
                if parts.last != .anything { parts.append(.anything) }
            } else {
                parts.append(byte == UInt8(ascii: "_") ? .character : .byte(byte))
            }
        }
        if isEscaped { return nil }
        self.parts = parts
        self.ignoresCase = ignoresCase
        shape = Self.shape(of: parts)
    }

    private static func shape(of parts: [Part]) -> Shape {
        let inner = parts.compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
        let start = parts.first == .anything
        let end = parts.count > 1 && parts.last == .anything
        guard inner.count == parts.count - (start ? 1 : 0) - (end ? 1 : 0) else { return .general }
        return start ? (end ? .contains(inner) : .ends(inner)) : end ? .starts(inner) : .equals(inner)
    }

    private static func folded(_ text: String) -> String { text.lowercased() }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard ignoresCase else { return matchesExactly(text) }
        if TextKernels.isASCII(text) {
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count) { buffer in
                for index in text.indices {
                    let byte = text[index]
                    buffer.initializeElement(at: index, to: byte &- 0x41 < 26 ? byte | 0x20 : byte)
                }
                return matchesExactly(UnsafeBufferPointer(buffer))
            }
        }
        var lower = Self.folded(TextKernels.string(text))
        return lower.withUTF8 { matchesExactly($0) }
    }

    private func matchesExactly(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch shape {
        case .equals(let bytes): text.count == bytes.count && text.elementsEqual(bytes)
        case .starts(let bytes): text.count >= bytes.count && text.starts(with: bytes)
        case .ends(let bytes): text.count >= bytes.count && text.suffix(bytes.count).elementsEqual(bytes)
        case .contains(let bytes): bytes.withUnsafeBufferPointer { TextKernels.find($0, text) != nil }
        case .general: matchesParts(text)
        }
    }

    /// Only the last `%` is ever tried again, since an earlier one could not match more.
    private func matchesParts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (index, part) = (0, 0)
        var retry: (part: Int, index: Int)?
        while true {
            if part < parts.count, parts[part] == .anything {
                part += 1
                retry = (part, index)
                continue
            }
            if part == parts.count, index == text.count { return true }
            if part < parts.count, index < text.count, step(text, &index, parts[part]) {
                part += 1
                continue
            }
            guard let again = retry, again.index < text.count else { return false }
            index = again.index
            _ = step(text, &index, .character)
            retry = (again.part, index)
            part = again.part
        }
    }

    @inline(__always)
    private func step(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ part: Part) -> Bool {
        if case .byte(let byte) = part {
            guard text[index] == byte else { return false }
            index += 1
            return true
        }
        index += 1
        while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
        return true
    }
}

enum LikeKernel {
    static func node(_ text: any BoundNode, _ pattern: any BoundNode, escape: UInt8?, ignoresCase: Bool) -> any BoundNode {
        if let constant = pattern.constant, !constant.isNull(0),
            let compiled = LikePattern(constant.rows.text(0), escape: escape, ignoresCase: ignoresCase)
        {
            return KernelNode(.boolean, [text]) { input, _ in input.mapTextsToBooleans { text, _ in compiled.matches(text) } }
        }
        return KernelNode(.boolean, [text, pattern]) { input, failures in
            var wrong: [Int] = []
            let result = input.mapTextsToBooleans { text, row in
                let written = input.withText(1, row, TextKernels.string)
                guard let compiled = LikePattern(written, escape: escape, ignoresCase: ignoresCase) else {
                    wrong.append(row)
                    return false
                }
                return compiled.matches(text)
            }
            for row in wrong { failures.add(row, .invalidArgument, "the pattern of LIKE ends with its escape character") }
            return result
        }
    }
}
