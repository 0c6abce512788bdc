/// A pattern as a deterministic automaton that is built while it runs, with the places of groups in registers.
///
/// A state is what the virtual machine of `Matcher` knows at one place of a text: its threads by preference, and for each thread which
/// register holds which slot (Laurikari 2000, built lazily). A step is one look-up in a table. Where a group opens or closes is stored by the
/// step that takes in the character behind that place, not by the one before it, so most steps store nothing: in the middle of `(\S+) ` the
/// group might close after every character, and only the blank says where it did (Kuklewicz's and Trafimovich's TDFA(1)). It finds what
/// `Matcher` finds in a text from its start, at a few nanoseconds a character.
///
/// It is for patterns of whole texts (`Pattern.Place.whole`, `.prefix`, `.within`). Not for patterns with word boundaries or line ends inside
/// the text, and it gives up on those that make too many states; then `Matcher` has to be asked. One object serves one task.
///
/// One that only recognizes keeps no registers and no preferences, so that it has far fewer states: it says at little cost of a text whether
/// looking for its groups is worth while.
package final class PatternAutomaton {
    /// A register's value for a step: nothing was captured.
    static let nothing: Int32 = -1
    /// The place before the character that the step takes in.
    static let here: Int32 = -2
    /// Steps from this on are special: what comes is not known, no match can come, or the match is certain.
    static let special: UInt64 = 1 << 63
    static let unknown: UInt64 = .max
    static let dead = UInt64.max - 1

    /// A thread that waits for a character or for the text's end.
    struct Thread: Hashable {
        var place: Int32
        /// The register of each slot; `nothing`; or `here`, if the step from this state on stores it.
        var registers: [Int32]
    }

    struct State {
        /// By preference.
        var threads: [Thread]
        /// The registers of each slot if the text ends here, nil if it does not match; `here` is the text's end.
        var final: [Int32]?
        /// The match is certain, whatever comes.
        var isSettled: Bool
    }

    let pattern: Pattern
    let alphabet: PatternAlphabet
    /// 0 where it only recognizes.
    let slotCount: Int
    var states: [State] = []
    var numbers: [[Thread]: Int] = [:]
    /// For each state and character class: `special`, the number of its moves, and the next state's row, in 1, 31 and 32 bits.
    var table: [UInt64] = []
    /// Runs of moves: their number, then pairs of source and target, done one after another. A negative source is the place in the text.
    var moves: [Int32] = [0]
    var start = 0
    /// How often it started anew too soon.
    private var restarts = 0
    /// Bytes that it took in since it started anew.
    private var takenBytes = 0
    var registers: [Int] = []
    /// Of all states' threads.
    var registerCount = 0
    /// Whether a text can be given to it at all.
    package private(set) var isUsable: Bool

    /// Characters of the last text that was not matched before it was certain that it would not be: how far the pattern fits.
    package private(set) var reached = 0

    /// - Parameter capturing: whether the places of groups are wanted, or only whether a text matches.
    package init(_ pattern: Pattern, capturing: Bool = true) {
        self.pattern = pattern
        alphabet = PatternAlphabet(pattern)
        slotCount = capturing ? 2 * (pattern.groupCount + 1) : 0
        isUsable = pattern.isAnchored && pattern.hasOnlyEnds && alphabet.isSmall
        if isUsable { begin() }
    }

    /// Whether the text matches from its start on, and where its groups are: `slots[2 * group]` to `slots[2 * group + 1]`, -1 for a group
    /// that took no part. Nil when only `Matcher` can tell.
    ///
    /// - Parameter slots: at least two for each group and the whole match; of an automaton that only recognizes none are written.
    package func match(_ text: UnsafeBufferPointer<UInt8>, into slots: UnsafeMutableBufferPointer<Int>) -> Bool? {
        guard isUsable else { return nil }
        var state = start
        var position = 0
        while position < text.count {
            switch run(text, state, position) {
            case .end(let last):
                takenBytes += text.count - position
                (state, position) = (last, text.count)
            case .settled(let last, let place):
                takenBytes += place - position
                return take(states[last], place, slots)
            case .stuck(let place):
                takenBytes += place - position
                reached = place
                return false
            case .unknown(let last, let place):
                takenBytes += place - position
                guard let known = isFull ? startAnew(from: last) : last else { return nil }
                learn(known, alphabet.symbol(text, place).symbol)
                (state, position) = (known, place)
            }
        }
        reached = text.count
        return take(states[state], text.count, slots)
    }

    /// Whether the text matches. Nil when only `Matcher` can tell.
    package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: slotCount) { match(text, into: $0) }
    }

    /// Forgets all states but one, and gives its new number; nil if that was needed too often too soon, so that the machine is as fast.
    private func startAnew(from state: Int) -> Int? {
        if takenBytes < states.count * PatternLimits.automatonStateBytes { restarts += 1 }
        takenBytes = 0
        isUsable = restarts < PatternLimits.automatonRestarts
        guard isUsable else { return nil }
        let (threads, isStart) = (states[state].threads, state == start)
        begin()
        return isStart ? start : number(threads)
    }

    private func take(_ state: State, _ end: Int, _ slots: UnsafeMutableBufferPointer<Int>) -> Bool {
        guard let final = state.final else { return false }
        final.withUnsafeBufferPointer { final in
            registers.withUnsafeBufferPointer { registers in
                for slot in 0..<slotCount {
                    let source = final[slot]
                    slots[slot] = source >= 0 ? registers[Int(source)] : source == Self.nothing ? -1 : end
                }
            }
        }
        return true
    }

    private enum Stop {
        /// The text's end, in a state.
        case end(Int)
        /// What follows a place cannot change the match.
        case settled(Int, Int)
        /// No match can come, from a place on.
        case stuck(Int)
        /// The table does not know the step from a state at a place.
        case unknown(Int, Int)
    }

    /// Steps as long as the table knows the way.
    private func run(_ text: UnsafeBufferPointer<UInt8>, _ from: Int, _ start: Int) -> Stop {
        let width = alphabet.count
        var row = from &* width
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
                            if step >= Self.special {
                                if step == Self.dead { return .stuck(position) }
                                if step == Self.unknown { return .unknown(row / width, position) }
                                Self.apply(moves, Int((step &>> 32) & 0x7FFF_FFFF), registers, position)
                                return .settled(Int(step & 0xFFFF_FFFF) / width, position &+ length)
                            }
                            let move = Int(step &>> 32)
                            if move != 0 { Self.apply(moves, move, registers, position) }
                            row = Int(step & 0xFFFF_FFFF)
                            position &+= length
                        }
                        return .end(row / width)
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func apply(
        _ moves: UnsafeBufferPointer<Int32>, _ start: Int, _ registers: UnsafeMutableBufferPointer<Int>, _ position: Int
    ) {
        var place = start &+ 1
        for _ in 0..<moves[start] {
            let source = moves[place]
            registers[Int(moves[place &+ 1])] = source < 0 ? position : registers[Int(source)]
            place &+= 2
        }
    }
}
