package import SluiceCore

/// What must come out of a test.
package struct TestExpectation: Sendable {
    /// Of the definition's `sink`.
    package var sink: RowExpectation
    /// Of routes and side outputs, by name.
    package var outputs: [OutputExpectation]
    /// A number, or a list of what each must have.
    package var deadLetters: DefinitionNode?
    package var error: ExpectedError?

    /// The error that a load, plan or run must end with: a part of its message, or its code.
    package struct ExpectedError: Sendable {
        package var code: String?
        package var message: String?

        /// - Throws: for anything but a text and a mapping of texts, placed.
        init(from node: DefinitionNode) throws(SluiceError) {
            if case .mapping = node.content {
                code = try node[key: "code"]?.string()
                message = try node[key: "message"]?.string()
            } else {
                message = try node.string()
            }
        }

        /// Whether one of the errors is the one.
        package func matches(_ errors: [SluiceError]) -> Bool {
            errors.contains { error in
                (code.map { $0 == error.code.name } ?? true)
                    && (message.map { error.code.name == $0 || error.message.contains($0) } ?? true)
            }
        }

        /// As the test has it.
        package var plainText: String { [code, message].compactMap(\.self).joined(separator: ": ") }

        /// In words.
        package var description: String { [code, message.map(\.quotedForMessage)].compactMap(\.self).joined(separator: ": ") }
    }

    init(from node: DefinitionNode) throws {
        sink = try RowExpectation(from: node)
        outputs = try node[key: "outputs"]?.mapping().map { try OutputExpectation($0) } ?? []
        deadLetters = node[key: "dead_letters"]
        error = try node[key: "error"].map { try ExpectedError(from: $0) }
    }

    /// Whether it says anything at all.
    package var isEmpty: Bool { sink.rows == nil && outputs.isEmpty && deadLetters == nil && error == nil }

    /// What is expected of an output.
    ///
    /// - Parameter name: Nil for the definition's `sink`.
    package func rows(of name: String?) -> RowExpectation? {
        guard let name else { return sink }
        return outputs.first { $0.name == name }?.rows
    }
}

/// The rows that must reach one sink.
package struct RowExpectation: Sendable {
    /// A text (CSV with a header) or a list of mappings; nil: the rows are not looked at.
    package var rows: DefinitionNode?
    /// The only columns that are looked at; nil for all.
    package var columns: [String]?
    package var isOrdered = false

    /// - Parameter node: A mapping with `rows`, `columns` and `ordered`.
    init(from node: DefinitionNode) throws {
        rows = node[key: "rows"]
        columns = try node[key: "columns"]?.oneOrMany().map { node in try node.string() }
        isOrdered = try node[key: "ordered"]?.boolean() ?? false
    }

    /// All columns, in any order.
    init(rows: DefinitionNode) { self.rows = rows }
}

/// What must reach a route or side output.
package struct OutputExpectation: Sendable {
    package var name: String
    package var rows: RowExpectation
    /// Whether the rows stand right behind the name, and not under `rows`.
    package var isShort: Bool
    package var location: SourceLocation?

    init(_ entry: DefinitionNode.Entry) throws {
        name = entry.key
        location = entry.keyLocation
        isShort = !entry.value.isMapping
        rows = try isShort ? RowExpectation(rows: entry.value) : RowExpectation(from: entry.value)
    }
}
