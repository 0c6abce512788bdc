import SluiceCore

/// What a comparison of a reader's and a writer's schema has found.
struct Comparison {
    let direction: CompatibilityDirection
    private(set) var findings: [Incompatibility] = []
    private var seen: Set<Incompatibility> = []
    private var steps = 0

    init(_ direction: CompatibilityDirection) { self.direction = direction }

    /// Bytes of the longest path that something was found at: the root has none.
    var depth: Int { findings.map { $0.path == Self.root ? 0 : $0.path.utf8.count }.max() ?? 0 }

    private static let root = "(root)"

    /// How messages call the schema that reads.
    var reader: String { direction == .backward ? "the new schema" : "the old schema" }
    /// How messages call the schema whose data is read.
    var writer: String { direction == .backward ? "the old schema" : "the new schema" }

    mutating func add(_ kind: String, at path: FieldPath, reader: String?, writer: String?, why: String, allowed: String) {
        guard findings.count < RegistryLimits.findings else { return }
        let (old, new) = direction == .backward ? (writer, reader) : (reader, writer)
        let finding = Incompatibility(
            direction: direction, kind: kind, path: path.text.isEmpty ? Self.root : path.text, old: old ?? "absent", new: new ?? "absent",
            why: why, allowed: allowed)
        if seen.insert(finding).inserted { findings.append(finding) }
    }

    /// Counts one pair of types.
    ///
    /// - Throws: `limitExceeded`.
    mutating func step() throws(SluiceError) {
        steps += 1
        guard steps <= RegistryLimits.comparisons else {
            throw SluiceError(
                .limitExceeded, "the schemas differ in more ways than can be compared: over \(RegistryLimits.comparisons) pairs of types",
                remedy: "use fewer alternatives within alternatives")
        }
    }

    /// A comparison on the side, which counts on.
    var branch: Comparison {
        var branch = Comparison(direction)
        branch.steps = steps
        return branch
    }

    /// Goes on counting where a branch stopped; its findings are taken only where they are wanted.
    mutating func end(_ branch: Comparison, keeping: Bool = false) {
        steps = branch.steps
        guard keeping else { return }
        for finding in branch.findings where findings.count < RegistryLimits.findings && seen.insert(finding).inserted {
            findings.append(finding)
        }
    }
}
