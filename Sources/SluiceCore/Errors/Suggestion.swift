/// "Did you mean": the candidate nearest to a word that was not found.
public enum Suggestion {
    /// The nearest candidate within a third of the word's length in edits (at least 1), ignoring letter case; nil if none is near.
    ///
    /// - Complexity: O(candidates × word length²).
    public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        let target = Array(word.lowercased().unicodeScalars)
        let limit = max(1, target.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let distance = editDistance(target, Array(candidate.lowercased().unicodeScalars))
            if distance <= limit, distance < (best?.distance ?? .max) { best = (distance, candidate) }
        }
        return best?.name
    }

    /// `did you mean "x"?`, or a list of what there is when nothing is near and the list is short enough to read.
    public static func remedy(for word: String, in candidates: [String], noun: String) -> String? {
        if let near = nearest(to: word, in: candidates) { return "did you mean \"\(near)\"?" }
        guard !candidates.isEmpty else { return nil }
        let shown = candidates.prefix(20).joined(separator: ", ")
        return "\(noun): \(shown)" + (candidates.count > 20 ? ", … (\(candidates.count) in all)" : "")
    }

    /// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
    static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(replaced, last[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
