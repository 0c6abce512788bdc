/// Names of columns, of which no two are the same: later ones get a number.
struct UniqueNames {
    private var seen: Set<String> = []

    mutating func next(_ name: String) -> String {
        let base = name.isEmpty ? "column" : name
        var unique = base
        var number = 2
        while !seen.insert(unique).inserted {
            unique = "\(base)_\(number)"
            number += 1
        }
        return unique
    }
}
