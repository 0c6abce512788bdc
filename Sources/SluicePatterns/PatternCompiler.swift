/// Turns a syntax tree into instructions.
struct PatternCompiler {
    private(set) var program: [Pattern.Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private var setNumbers: [ScalarSet: Int] = [:]
    private var parts = 0

    mutating func emit(_ instruction: Pattern.Instruction) throws(PatternError) {
        guard program.count < PatternLimits.instructions else {
            throw PatternError(
                message: "it compiles to more than \(PatternLimits.instructions) instructions", position: 0,
                remedy: "lower the bounds of its repetitions")
        }
        program.append(instruction)
    }

    mutating func compile(_ node: PatternNode) throws(PatternError) {
        parts += 1
        guard parts <= PatternLimits.compiledParts else {
            throw PatternError(
                message: "it has more than \(PatternLimits.compiledParts) parts when its repetitions are written out", position: 0,
                remedy: "lower the bounds of its repetitions")
        }
        switch node {
        case .empty: break
        case .scalar(let scalar): try emit(.scalar(scalar))
        case .set(let set):
            let number = setNumbers[set] ?? sets.count
            if number == sets.count {
                setNumbers[set] = number
                sets.append(set)
            }
            try emit(.set(number))
        case .assertion(let assertion): try emit(.assertion(assertion))
        case .sequence(let parts): for part in parts { try compile(part) }
        case .alternatives(let branches): try compile(branches)
        case .repetition(let inner, let least, let most, let isLazy): try compile(inner, least, most, isLazy)
        case .group(let inner, nil): try compile(inner)
        case .group(let inner, let number?):
            try emit(.save(2 * number))
            try compile(inner)
            try emit(.save(2 * number + 1))
        }
    }

    private mutating func compile(_ branches: [PatternNode]) throws(PatternError) {
        var ends: [Int] = []
        for (place, branch) in branches.enumerated() {
            if place == branches.count - 1 {
                try compile(branch)
                break
            }
            let split = program.count
            try emit(.match)
            try compile(branch)
            ends.append(program.count)
            try emit(.match)
            program[split] = .split(split + 1, program.count)
        }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func compile(_ inner: PatternNode, _ least: Int, _ most: Int?, _ isLazy: Bool) throws(PatternError) {
        guard let most else { return try compileEndless(inner, least, isLazy) }
        for _ in 0..<least { try compile(inner) }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(program.count)
            try emit(.match)
            try compile(inner)
        }
        for split in splits { program[split] = isLazy ? .split(program.count, split + 1) : .split(split + 1, program.count) }
    }

    /// The loop stands behind its body, as for `+`, also for `*`: so a body that matched nothing goes on behind the loop, as backtracking would.
    private mutating func compileEndless(_ inner: PatternNode, _ least: Int, _ isLazy: Bool) throws(PatternError) {
        for _ in 1..<max(least, 1) { try compile(inner) }
        let entry = program.count
        if least == 0 { try emit(.match) }
        let body = program.count
        try compile(inner)
        let split = program.count
        try emit(.match)
        program[split] = isLazy ? .split(program.count, body) : .split(body, program.count)
        if least == 0 { program[entry] = isLazy ? .split(program.count, body) : .split(body, program.count) }
    }
}
