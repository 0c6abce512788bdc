/// A pattern as a deterministic automaton that is built while it runs, with the places of groups in registers.
///
/// A state is what the virtual machine of `Matcher` knows at one place of a text: its threads by preference, and for each thread which
/// register holds which slot (Laurikari 2000, built lazily). A step is one look-up in a table, and a few stores where a group opens or
/// closes. It finds what `Matcher` finds in a text from its start, at a few nanoseconds a character.
///
/// It is for patterns of whole texts (`Pattern.Place.whole`). Not for patterns with word boundaries or line ends inside the text, and it gives up on those that make too many states; then `Matcher`
/// has to be asked. One object serves one task.
package final class PatternAutomaton {
    /// What a transition does to the registers before the next character.
    private struct Move {
        /// Negative: the place in the text.
        var source: Int32
        var target: Int32
    }

    private struct Thread: Hashable {
        var place: Int32
        /// The register of each slot; -1: nothing was captured.
        var registers: [Int32]
    }

    private struct State {
        var threads: [Thread]
        /// The registers of each slot if the text ends here, nil if it does not match: `nothing` or `end` or a register.
        var final: [Int32]?
    }

    private static let nothing: Int32 = -1
    private static let here: Int32 = -2
    private static let unknown: UInt64 = .max
    private static let dead = UInt64.max - 1

    private let pattern: Pattern
    private let alphabet: PatternAlphabet
    private let slotCount: Int
    private var states: [State] = []
    private var numbers: [[Thread]: Int] = [:]
    /// For each state and character class: the next state's row in the low half, its moves in the high half.
    private var table: [UInt64] = []
    /// Runs of moves: their number, then pairs of source and target.
    private var moves: [Int32] = [0]
    private var start = 0
    private var restarts = 0
    private var registers: [Int] = []
    private var scratch: [Int] = []
    /// Whether a text can be given to it at all.
    package private(set) var isUsable: Bool

    package init(_ pattern: Pattern) {
        self.pattern = pattern
        alphabet = PatternAlphabet(pattern)
        slotCount = 2 * (pattern.groupCount + 1)
        isUsable = pattern.isAnchored && pattern.hasOnlyEnds && alphabet.isSmall
        if isUsable { begin() }
    }

    private func begin() {
        states = []
        numbers = [:]
        table = []
        moves = [0]
        // At the text's start all slots that are set hold 0, in register 0.
        var closure = Closure(pattern)
        closure.follow(0, [Int32](repeating: Self.nothing, count: slotCount), atStart: true, atEnd: false, mark: 0)
        grow(to: 1)
        start = number(closure.threads)
    }

    // MARK: Matching

    /// Whether the text matches from its start on, and where its groups are: `slots[2 * group]` to `slots[2 * group + 1]`, -1 for a group
    /// that took no part. Nil when only `Matcher` can tell.
    ///
    /// - Parameter slots: at least two for each group and the whole match.
    package func match(_ text: UnsafeBufferPointer<UInt8>, into slots: UnsafeMutableBufferPointer<Int>) -> Bool? {
        guard isUsable else { return nil }
        registers[0] = 0
        var state = start
        var position = 0
        while position < text.count {
            let next: (state: Int, position: Int)? = run(text, state, position)
            guard let next else { return false }
            (state, position) = next
            guard position < text.count else { break }
            // The table does not know this step yet.
            let (symbol, _) = alphabet.symbol(text, position)
            if states.count > PatternLimits.automatonStates {
                restarts += 1
                isUsable = restarts < PatternLimits.automatonRestarts
                if isUsable { begin() }
                return isUsable ? match(text, into: slots) : nil
            }
            learn(state, symbol)
        }
        guard let final = states[state].final else { return false }
        for slot in 0..<slotCount {
            slots[slot] = final[slot] == Self.nothing ? -1 : final[slot] == Self.here ? text.count : registers[Int(final[slot])]
        }
        return true
    }

    /// Steps as long as the table knows the way; nil where no match can come.
    private func run(_ text: UnsafeBufferPointer<UInt8>, _ from: Int, _ start: Int) -> (state: Int, position: Int)? {
        let width = alphabet.count
        var row = from * width
        var position = start
        return table.withUnsafeBufferPointer { table in
            alphabet.ascii.withUnsafeBufferPointer { ascii in
                moves.withUnsafeBufferPointer { moves in
                    registers.withUnsafeMutableBufferPointer { registers in
                        while position < text.count {
                            let byte = text[position]
                            var length = 1
                            var symbol = 0
                            if byte < 0x80 { symbol = Int(ascii[Int(byte)]) } else { (symbol, length) = alphabet.symbol(text, position) }
                            let step = table[row &+ symbol]
                            if step >= Self.dead {
                                if step == Self.dead { return nil }
                                break
                            }
                            position &+= length
                            let move = Int(step &>> 32)
                            if move != 0 { apply(moves, move, registers, position) }
                            row = Int(step & 0xFFFF_FFFF)
                        }
                        return (row / width, position)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func apply(
        _ moves: UnsafeBufferPointer<Int32>, _ start: Int, _ registers: UnsafeMutableBufferPointer<Int>, _ position: Int
    ) {
        let count = Int(moves[start])
        if count == 1 {
            let source = moves[start &+ 1]
            registers[Int(moves[start &+ 2])] = source < 0 ? position : registers[Int(source)]
            return
        }
        scratch.withUnsafeMutableBufferPointer { scratch in
            for index in 0..<count {
                let source = moves[start &+ 1 &+ 2 &* index]
                scratch[index] = source < 0 ? position : registers[Int(source)]
            }
            for index in 0..<count { registers[Int(moves[start &+ 2 &+ 2 &* index])] = scratch[index] }
        }
    }

    // MARK: Building

    /// Fills in where a state goes with a character class.
    private func learn(_ from: Int, _ symbol: Int) {
        let scalar = alphabet.representatives[symbol]
        var closure = Closure(pattern)
        for thread in states[from].threads {
            if case .match = pattern.program[Int(thread.place)] { break }
            guard pattern.accepts(Int(thread.place), scalar) else { continue }
            closure.follow(Int(thread.place) + 1, thread.registers, atStart: false, atEnd: false, mark: Self.here)
            if closure.isSettled { break }
        }
        let width = alphabet.count
        guard !closure.threads.isEmpty else {
            table[from * width + symbol] = Self.dead
            return
        }
        let (threads, found) = renumbered(closure.threads)
        let next = number(threads)
        var place = 0
        if !found.isEmpty {
            place = moves.count
            moves.append(Int32(found.count))
            for move in found { moves += [move.source, move.target] }
        }
        table[from * width + symbol] = UInt64(place) << 32 | UInt64(next * width)
    }

    /// The threads with registers counted from 0 in the order in which they are met, and the moves that bring the values there.
    private func renumbered(_ threads: [Thread]) -> ([Thread], [Move]) {
        var targets: [Int32: Int32] = [:]
        var found: [Move] = []
        let threads = threads.map { thread in
            Thread(
                place: thread.place,
                registers: thread.registers.map { source in
                    if source == Self.nothing { return source }
                    if let target = targets[source] { return target }
                    let target = Int32(targets.count)
                    targets[source] = target
                    if source != target { found.append(Move(source: source, target: target)) }
                    return target
                })
        }
        grow(to: targets.count)
        return (threads, found)
    }

    private func grow(to count: Int) {
        if registers.count < count { registers += [Int](repeating: -1, count: count - registers.count) }
        if scratch.count < count { scratch += [Int](repeating: -1, count: count - scratch.count) }
    }

    private func number(_ threads: [Thread]) -> Int {
        if let number = numbers[threads] { return number }
        let number = states.count
        numbers[threads] = number
        states.append(State(threads: threads, final: final(threads)))
        table += [UInt64](repeating: Self.unknown, count: alphabet.count)
        return number
    }

    /// The slots of the most preferred thread that matches when the text ends.
    private func final(_ threads: [Thread]) -> [Int32]? {
        for thread in threads {
            var closure = Closure(pattern)
            closure.follow(Int(thread.place), thread.registers, atStart: false, atEnd: true, mark: Self.here)
            let matched = closure.threads.first { if case .match = pattern.program[Int($0.place)] { true } else { false } }
            if let matched { return matched.registers }
        }
        return nil
    }

    /// The threads that one step leads to, by preference.
    private struct Closure {
        private let pattern: Pattern
        private(set) var threads: [Thread] = []
        /// A thread has matched, so no later one counts.
        private(set) var isSettled = false
        private var seen: [Bool]

        init(_ pattern: Pattern) {
            self.pattern = pattern
            seen = [Bool](repeating: false, count: pattern.program.count)
        }

        /// - Parameter mark: the register of slots that are set on the way.
        mutating func follow(_ start: Int, _ registers: [Int32], atStart: Bool, atEnd: Bool, mark: Int32) {
            var open = [(start, registers)]
            while !isSettled, let (place, registers) = open.popLast() {
                if seen[place] { continue }
                seen[place] = true
                switch pattern.program[place] {
                case .jump(let target): open.append((target, registers))
                case .split(let first, let second):
                    open.append((second, registers))
                    open.append((first, registers))
                case .save(let slot):
                    var changed = registers
                    changed[slot] = mark
                    open.append((place + 1, changed))
                case .assertion(.textStart): if atStart { open.append((place + 1, registers)) }
                case .assertion(.textEnd) where atEnd: open.append((place + 1, registers))
                case .match:
                    threads.append(Thread(place: Int32(place), registers: registers))
                    isSettled = true
                case .scalar, .set, .assertion: threads.append(Thread(place: Int32(place), registers: registers))
                }
            }
        }
    }
}
