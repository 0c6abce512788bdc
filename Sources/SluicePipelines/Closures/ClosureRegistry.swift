/// Closures written in Swift, by the name that `swift: name` uses.
package struct ClosureRegistry: Sendable {
    private var byName: [String: BatchClosure] = [:]

    package init(_ closures: [BatchClosure] = []) {
        for closure in closures { add(closure) }
    }

    package subscript(name: String) -> BatchClosure? { byName[name] }
    /// In alphabetical order.
    package var names: [String] { byName.keys.sorted() }

    /// Registers a closure; one of the same name is replaced.
    package mutating func add(_ closure: BatchClosure) { byName[closure.name] = closure }

    package func merging(_ other: ClosureRegistry) -> ClosureRegistry {
        var merged = self
        for closure in other.byName.values { merged.add(closure) }
        return merged
    }
}
