import SluiceStorage

/// Which keys have to be listed to find those that a pattern matches: the ones with the longest beginning that the pattern gives.
struct S3ListPlan: Hashable, Sendable {
    var prefix: String
    /// False where what lies in directories below cannot match.
    var isFlat: Bool

    /// One for each alternative of the braces, without those that others contain.
    static func plans(for pattern: Glob) -> [S3ListPlan] {
        let all = Set(pattern.beginnings.map { S3ListPlan(prefix: $0.text, isFlat: $0.goesDeeper) })
        let kept = all.filter { plan in !all.contains { $0 != plan && $0.isFlat && plan.prefix.hasPrefix($0.prefix) } }
        return kept.sorted { ($0.prefix, $0.isFlat ? 1 : 0) < ($1.prefix, $1.isFlat ? 1 : 0) }
    }

    /// The store itself, and the directories that the first alternative names one below the other.
    static func directories(of pattern: Glob) -> [String] {
        var directories = [""]
        for name in pattern.firstNames {
            directories.append(directories[directories.count - 1].isEmpty ? name : directories.last! + "/" + name)
        }
        return directories
    }
}
