package import SluiceCore

/// Everything that is wrong with a definition, in the order of its text: one run of `validate` shows all of it.
package struct DefinitionErrors: ErrorList, Sendable {
    /// Never empty.
    package let errors: [SluiceError]

    package init(_ errors: [SluiceError]) {
        precondition(!errors.isEmpty, "there is no error to report")
        self.errors = errors
    }

    /// The errors inside any error that loading or planning threw; nil if it is no error of the project.
    package static func list(_ error: any Error) -> [SluiceError]? {
        if let several = error as? DefinitionErrors { return several.errors }
        return (error as? SluiceError).map { [$0] }
    }

    /// What an error that planning threw waits for, where another attempt may find it mended: a service, a database or a disk that is away or
    /// full. Nil where a person has to mend something.
    package static func passingReason(_ error: any Error) -> String? {
        guard let errors = list(error), errors.allSatisfy(\.isRetriable) else { return nil }
        return errors[0].message
    }
}

/// Gathers errors of independent parts, so that a mistake in one does not hide those in the others.
struct ErrorCollector {
    private(set) var errors: [SluiceError] = []

    /// Runs `body`; what it throws is kept, and nil returned.
    mutating func attempt<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch {
            try add(error)
            return nil
        }
    }

    mutating func add(_ error: any Error) throws {
        guard let more = DefinitionErrors.list(error) else { throw error }
        errors.append(contentsOf: more.prefix(DefinitionLimits.errors - errors.count))
    }

    mutating func add(contentsOf more: [SluiceError]) {
        errors.append(contentsOf: more.prefix(DefinitionLimits.errors - errors.count))
    }

    /// - Throws: everything that was gathered, in the order of the text.
    func throwIfAny() throws {
        if errors.isEmpty { return }
        throw DefinitionErrors(
            errors.enumerated().sorted { ($0.element.textOrder, $0.offset) < ($1.element.textOrder, $1.offset) }.map(\.element))
    }
}

extension SluiceError {
    /// Line and column as one number to sort by; errors without a place come first.
    fileprivate var textOrder: Int {
        guard case .file(_, let line?, let column) = location else { return 0 }
        return line << 20 | min(column ?? 0, 1 << 20 - 1)
    }
}
