package import SluiceStorage

/// One thing that holds for every object store.
package struct StoreCheck: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (StoreSteps) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (StoreSteps) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// - Parameter store: An empty one.
    /// - Throws: `StoreViolation` where it does not hold.
    package func run(_ store: any ObjectStore) async throws { try await body(StoreSteps(store)) }
}

/// What a store did that no store may do.
package struct StoreViolation: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String, line: Int) { self.description = "line \(line): \(description)" }
}
