/// A failure that a person has to read: what went wrong, where, with which value, and what to do about it.
///
/// `message` is lower case, has no full stop, and quotes the offending value. `remedy` is one sentence or one command.
public struct SluiceError: Error, Sendable {
    /// Stable name of a kind of failure, open to new ones; printed, and found under `code` in JSON output.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// Who has to act, which decides the exit code of the command line.
        public enum Category: Sendable {
            /// Arguments or a definition are wrong: exit code 2.
            case definition
            /// The run failed: exit code 1.
            case run
        }

        public let name: String
        public let category: Category

        public init(_ name: String, _ category: Category = .run) {
            self.name = name
            self.category = category
        }

        public var description: String { name }
        public static func == (a: Self, b: Self) -> Bool { a.name == b.name }
        public func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    public var code: Code
    public var message: String
    public var location: SourceLocation?
    public var remedy: String?
    public var isRetriable: Bool
    public var underlying: (any Error)?

    public init(
        _ code: Code, _ message: String, at location: SourceLocation? = nil, remedy: String? = nil,
        isRetriable: Bool = false, underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.location = location
        self.remedy = remedy
        self.isRetriable = isRetriable
        self.underlying = underlying
    }

    /// The same error with a place, if it had none.
    public func located(at location: SourceLocation?) -> SluiceError {
        guard self.location == nil else { return self }
        var copy = self
        copy.location = location
        return copy
    }
}

extension SluiceError.Code {
    // Definitions and arguments.
    public static let usage = Self("usage", .definition)
    public static let malformedYAML = Self("malformed-yaml", .definition)
    public static let unknownKey = Self("unknown-key", .definition)
    public static let missingKey = Self("missing-key", .definition)
    public static let wrongType = Self("wrong-type", .definition)
    public static let unknownStep = Self("unknown-step", .definition)
    public static let unknownColumn = Self("unknown-column", .definition)
    public static let unknownFunction = Self("unknown-function", .definition)
    public static let syntaxError = Self("syntax-error", .definition)
    public static let typeError = Self("type-error", .definition)
    public static let invalidOption = Self("invalid-option", .definition)
    public static let duplicateColumn = Self("duplicate-column", .definition)
    public static let unknownClosure = Self("unknown-closure", .definition)
    public static let fileNotFound = Self("file-not-found", .definition)
    public static let notFound = Self("not-found", .definition)
    public static let alreadyExists = Self("already-exists", .definition)

    // Runs.
    public static let unreadable = Self("unreadable")
    public static let ioFailure = Self("io-failure")
    public static let diskFull = Self("disk-full")
    public static let cutFile = Self("cut-file")
    public static let corruptFile = Self("corrupt-file")
    /// An intact file uses something of its format that Sluice does not read.
    public static let unsupported = Self("unsupported")
    public static let corruptFrame = Self("corrupt-frame")
    public static let headerMismatch = Self("header-mismatch")
    public static let stateTooNew = Self("state-too-new")
    public static let stateCorrupt = Self("state-corrupt")
    public static let alreadyRunning = Self("already-running")
    public static let leaseLost = Self("lease-lost")
    public static let limitExceeded = Self("limit-exceeded")
    public static let badRecords = Self("bad-records")
    public static let interrupted = Self("interrupted")
    public static let jobFailed = Self("job-failed")
    /// Records have fields that the plan does not know; they are known now, and a new plan reads them.
    package static let newFields = Self("new-fields")

    // Single records (also the reasons of dead letters).
    public static let malformedRecord = Self("malformed-record")
    public static let tooManyFields = Self("too-many-fields")
    public static let tooFewFields = Self("too-few-fields")
    public static let recordTooLarge = Self("record-too-large")
    public static let invalidEncoding = Self("invalid-encoding")
    public static let valueDoesNotFit = Self("value-does-not-fit")
    public static let divisionByZero = Self("division-by-zero")
    public static let overflow = Self("overflow")
    public static let invalidArgument = Self("invalid-argument")
}
