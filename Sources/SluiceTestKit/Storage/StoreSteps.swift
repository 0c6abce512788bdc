import SluiceCore
import SluiceStorage

/// What checks of stores do again and again.
struct StoreSteps: Sendable {
    let store: any ObjectStore

    init(_ store: any ObjectStore) { self.store = store }

    func put(_ name: String, _ text: String = "x") async throws { try await put(name, Array(text.utf8)) }

    /// Writes by a sink, in pieces.
    func put(_ name: String, _ bytes: [UInt8]) async throws {
        var sink = try await store.create(name)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(1_000_003))
            rest = rest.dropFirst(piece.count)
            try piece.withUnsafeBytes { try sink.write($0) }
        }
        try sink.finish()
    }

    /// Reads by a source, in pieces.
    func bytes(_ name: String, piece: Int = 3) async throws -> [UInt8] {
        var source = try await store.open(name)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: piece)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { content += buffer[..<count] }
        return content
    }

    func text(_ name: String) async throws -> String { String(decoding: try await bytes(name), as: UTF8.self) }

    func names(_ pattern: String) async throws -> [String] { try await store.list(Glob(pattern)).map(\.name) }

    /// - Throws: `StoreViolation` unless both are the same.
    func same<Value: Equatable>(_ found: Value, _ expected: Value, line: Int = #line) throws {
        guard found == expected else { throw StoreViolation("found \(found) in place of \(expected)", line: line) }
    }

    func holds(_ condition: Bool, _ text: String, line: Int = #line) throws {
        guard condition else { throw StoreViolation(text, line: line) }
    }

    /// The error of `body`.
    ///
    /// - Throws: `StoreViolation` where it throws none, or one of another code.
    @discardableResult
    func fails<Result>(_ code: SluiceError.Code, line: Int = #line, _ body: () async throws -> Result) async throws -> SluiceError {
        do {
            _ = try await body()
        } catch let error as SluiceError {
            guard error.code == code else { throw StoreViolation("failed with \(error) in place of \(code)", line: line) }
            return error
        }
        throw StoreViolation("did not fail with \(code)", line: line)
    }
}
