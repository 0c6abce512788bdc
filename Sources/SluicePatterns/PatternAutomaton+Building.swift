extension PatternAutomaton {
    /// Whether no more states may be kept.
    var isFull: Bool { states.count > PatternLimits.automatonStates || registerCount > PatternLimits.automatonRegisters }

    /// Forgets everything that it has learnt.
    func begin() {
        states = []
        numbers = [:]
        table = []
        moves = [0]
        registerCount = 0
        var closure = Closure(pattern)
        closure.follow(0, [Int32](repeating: Self.nothing, count: slotCount), atStart: true, mark: Self.here)
        // At the end of an empty text a start may be asked for, too, so no later state is this one.
        start = add(closure.threads, atStart: true)
    }

    /// Fills in where a state goes with a character class.
    func learn(_ from: Int, _ symbol: Int) {
        let scalar = alphabet.representatives[symbol]
        // What the step before this character says is `here` is in the registers from now on; what the next one will say is `later`.
        let later: Int32 = -3
        var closure = Closure(pattern)
        for thread in states[from].threads where !closure.isSettled {
            guard pattern.accepts(Int(thread.place), scalar) else { continue }
            // Whoever passes over the rest stays there.
            let next = Int(thread.place) == pattern.tail ? Int(thread.place) : Int(thread.place) + 1
            closure.follow(next, thread.registers, atStart: false, mark: later)
        }
        let entry = from * alphabet.count + symbol
        guard !closure.threads.isEmpty else {
            table[entry] = Self.dead
            return
        }
        let (threads, run) = slotCount == 0 ? (alike(closure.threads), []) : renumbered(closure.threads, later)
        let next = number(threads)
        var place = 0
        if run.count > 0 {
            place = moves.count
            moves.append(Int32(run.count))
            for move in run { moves += [move.source, move.target] }
        }
        let flag = states[next].isSettled ? Self.special : 0
        table[entry] = flag | UInt64(place) << 32 | UInt64(next * alphabet.count)
    }

    /// The threads in an order of their own: where no groups are wanted, preferences do not matter, and one that passes over the rest will do.
    private func alike(_ threads: [Thread]) -> [Thread] {
        if let settled = threads.first(where: { Int($0.place) == pattern.tail }) { return [settled] }
        return threads.sorted { $0.place < $1.place }
    }

    private struct Move {
        var source: Int32
        var target: Int32
    }

    /// The threads with registers chosen anew, and the moves that bring the values there.
    ///
    /// The choice depends only on which slots of which threads are the same, so that there are finitely many states. The first slot that a
    /// value is met in gives it its number where that is free: so the values of the preferred thread stay where they are.
    private func renumbered(_ threads: [Thread], _ later: Int32) -> ([Thread], [Move]) {
        var targets: [Int32: Int32] = [:]
        var isTaken = [Bool](repeating: false, count: slotCount)
        var next = Int32(slotCount)
        var found: [Move] = []
        let threads = threads.map { thread in
            Thread(
                place: thread.place,
                registers: thread.registers.enumerated().map { slot, source in
                    if source == Self.nothing { return source }
                    if source == later { return Self.here }
                    if let target = targets[source] { return target }
                    var target = next
                    if isTaken[slot] {
                        next += 1
                    } else {
                        target = Int32(slot)
                        isTaken[slot] = true
                    }
                    targets[source] = target
                    if source != target { found.append(Move(source: source, target: target)) }
                    return target
                })
        }
        return (threads, ordered(found, Int(next)))
    }

    /// The moves such that they can be done one after another.
    private func ordered(_ moves: [Move], _ used: Int) -> [Move] {
        let sources = Set(moves.map(\.source))
        var result: [Move] = []
        var open: [Move] = []
        for move in moves {
            // A register that others are still to be read from is not written before they were.
            if sources.contains(move.target) { open.append(move) } else { result.append(move) }
        }
        var spare = Int32(max(used, Int(moves.map(\.source).max() ?? 0) + 1))
        var late: [Move] = []
        for move in open {
            result.append(Move(source: move.source, target: spare))
            late.append(Move(source: spare, target: move.target))
            spare += 1
        }
        grow(to: Int(spare))
        return result + late
    }

    private func grow(to count: Int) {
        if registers.count < count { registers += [Int](repeating: -1, count: count - registers.count) }
    }

    func number(_ threads: [Thread]) -> Int {
        if let number = numbers[threads] { return number }
        let number = add(threads, atStart: false)
        numbers[threads] = number
        return number
    }

    private func add(_ threads: [Thread], atStart: Bool) -> Int {
        let number = states.count
        let isSettled = threads.first.map { Int($0.place) == pattern.tail } ?? false
        states.append(State(threads: threads, final: final(threads, atStart: atStart), isSettled: isSettled))
        registerCount += threads.count * slotCount
        table += [UInt64](repeating: Self.unknown, count: alphabet.count)
        grow(to: slotCount)
        return number
    }

    /// The slots of the most preferred thread that matches when the text ends.
    private func final(_ threads: [Thread], atStart: Bool) -> [Int32]? {
        for thread in threads {
            if Int(thread.place) == pattern.tail { return thread.registers }
            guard case .assertion(.textEnd) = pattern.program[Int(thread.place)] else { continue }
            var closure = Closure(pattern)
            closure.follow(Int(thread.place), thread.registers, atStart: atStart, atEnd: true, mark: Self.here)
            let matched = closure.threads.first {
                if case .match = pattern.program[Int($0.place)] { true } else { Int($0.place) == pattern.tail }
            }
            if let matched { return matched.registers }
        }
        return nil
    }

    /// The threads that one step leads to, by preference.
    private struct Closure {
        private let pattern: Pattern
        private(set) var threads: [Thread] = []
        /// A thread has matched or will for certain, so no later one counts.
        private(set) var isSettled = false
        private var seen: [Bool]

        init(_ pattern: Pattern) {
            self.pattern = pattern
            seen = [Bool](repeating: false, count: pattern.program.count)
        }

        /// - Parameter mark: the register of slots that are set on the way.
        mutating func follow(_ start: Int, _ registers: [Int32], atStart: Bool, atEnd: Bool = false, mark: Int32) {
            var open = [(start, registers)]
            while !isSettled, let (place, registers) = open.popLast() {
                if seen[place] { continue }
                seen[place] = true
                switch pattern.program[place] {
                case .jump(let target): open.append((target, registers))
                case .split(let first, let second):
                    open.append((second, registers))
                    open.append((first, registers))
                case .save where registers.isEmpty: open.append((place + 1, registers))
                case .save(let slot):
                    var changed = registers
                    changed[slot] = mark
                    open.append((place + 1, changed))
                case .assertion(.textStart): if atStart { open.append((place + 1, registers)) }
                case .assertion(.textEnd) where atEnd: open.append((place + 1, registers))
                case .match:
                    threads.append(Thread(place: Int32(place), registers: registers))
                    isSettled = true
                case .scalar, .set, .assertion:
                    threads.append(Thread(place: Int32(place), registers: registers))
                    isSettled = place == pattern.tail
                }
            }
        }
    }
}
