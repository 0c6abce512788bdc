/// Runs a pattern over texts; keeps its working memory between them.
package struct Matcher {
    private let pattern: Pattern
    private let slotCount: Int
    private var current: Threads
    private var next: Threads
    /// Places still to follow; a negative one puts a slot of the captures back: (~slot, value).
    private var open: [(place: Int, value: Int)] = []
    private var captures: [Int]

    /// The places that the machine is at, by preference, each once, with what their groups have captured.
    private struct Threads {
        var places: [Int] = []
        /// Generation in which the place was added last.
        var added: [Int]
        var generation = 0
        var slots: [Int]

        init(_ count: Int, _ slotCount: Int) {
            added = [Int](repeating: -1, count: count)
            slots = [Int](repeating: -1, count: count * slotCount)
        }

        mutating func clear() {
            places.removeAll(keepingCapacity: true)
            generation += 1
        }
    }

    package init(_ pattern: Pattern) {
        self.pattern = pattern
        slotCount = 2 * (pattern.groupCount + 1)
        current = Threads(pattern.program.count, slotCount)
        next = Threads(pattern.program.count, slotCount)
        captures = [Int](repeating: -1, count: slotCount)
    }

    /// Whether the pattern matches somewhere.
    package mutating func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool { run(text, from: 0, capturing: false) != nil }

    /// The first match at or after a byte offset.
    package mutating func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Match? {
        run(text, from: start, capturing: true)
    }

    private mutating func run(_ text: UnsafeBufferPointer<UInt8>, from start: Int, capturing: Bool) -> Match? {
        var best: Match?
        var position = start
        current.clear()
        while true {
            if current.places.isEmpty {
                if best != nil || (pattern.isAnchored && position > 0) { break }
                if let first = pattern.firstBytes {
                    while position < text.count, !first[Int(text[position])] { position += 1 }
                    if position == text.count { break }
                }
            }
            if best == nil {
                for slot in captures.indices { captures[slot] = -1 }
                Self.follow(0, text, position, capturing, pattern, slotCount, &open, &captures, into: &current)
            }
            let (scalar, length) = Self.decode(text, position)
            next.clear()
            for place in current.places {
                if case .match = pattern.program[place] {
                    best = Match(slots: capturing ? Array(current.slots[(place * slotCount)..<((place + 1) * slotCount)]) : [])
                    if !capturing { return best }
                    // Threads behind this one are less preferred.
                    break
                }
                guard length > 0, accepts(pattern.program[place], scalar) else { continue }
                if capturing {
                    for slot in 0..<slotCount { captures[slot] = current.slots[place * slotCount + slot] }
                }
                Self.follow(place + 1, text, position + length, capturing, pattern, slotCount, &open, &captures, into: &next)
            }
            if length == 0 { break }
            position += length
            swap(&current, &next)
        }
        return best
    }

    @inline(__always)
    private func accepts(_ instruction: Pattern.Instruction, _ scalar: UInt32) -> Bool {
        switch instruction {
        case .scalar(let wanted): wanted == scalar
        case .set(let index): pattern.sets[index].contains(scalar)
        default: false
        }
    }

    /// Adds the places that are reached from one without taking in a character.
    private static func follow(
        _ start: Int, _ text: UnsafeBufferPointer<UInt8>, _ position: Int, _ capturing: Bool, _ pattern: Pattern, _ slotCount: Int,
        _ open: inout [(place: Int, value: Int)], _ captures: inout [Int], into threads: inout Threads
    ) {
        open.append((start, 0))
        while let (place, value) = open.popLast() {
            if place < 0 {
                captures[~place] = value
                continue
            }
            if threads.added[place] == threads.generation { continue }
            threads.added[place] = threads.generation
            switch pattern.program[place] {
            case .jump(let target): open.append((target, 0))
            case .split(let first, let second):
                open.append((second, 0))
                open.append((first, 0))
            case .save(let slot):
                if capturing {
                    open.append((~slot, captures[slot]))
                    captures[slot] = position
                }
                open.append((place + 1, 0))
            case .assertion(let assertion): if holds(assertion, text, position) { open.append((place + 1, 0)) }
            case .scalar, .set, .match:
                threads.places.append(place)
                if capturing {
                    for slot in 0..<slotCount { threads.slots[place * slotCount + slot] = captures[slot] }
                }
            }
        }
    }

    private static func holds(_ assertion: Pattern.Assertion, _ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        switch assertion {
        case .textStart: return position == 0
        case .textEnd: return position == text.count
        case .lineStart: return position == 0 || text[position - 1] == 0x0A
        case .lineEnd: return position == text.count || text[position] == 0x0A
        case .wordBoundary, .noWordBoundary:
            let before = position > 0 && isWord(text[position - 1])
            let after = position < text.count && isWord(text[position])
            return (before != after) == (assertion == .wordBoundary)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x5F }

    /// The scalar at a position and its bytes; 0 bytes at the end. A byte that is no UTF-8 counts as a scalar of its own.
    @inline(__always)
    static func decode(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> (scalar: UInt32, length: Int) {
        guard position < text.count else { return (0, 0) }
        let first = UInt32(text[position])
        if first < 0x80 { return (first, 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
        guard length > 1, position + length <= text.count else { return (0xFFFD, 1) }
        var scalar = first & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = UInt32(text[position + offset])
            guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            scalar = scalar << 6 | (byte & 0x3F)
        }
        return (scalar, length)
    }
}

/// Where a pattern and its groups matched.
package struct Match {
    fileprivate let slots: [Int]

    /// Bytes of a group; 0 is the whole match. Nil for a group that took no part or does not exist.
    package func group(_ number: Int) -> Range<Int>? {
        guard 2 * number + 1 < slots.count, slots[2 * number] >= 0, slots[2 * number + 1] >= 0 else { return nil }
        return slots[2 * number]..<slots[2 * number + 1]
    }
}
