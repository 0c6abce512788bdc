import Dispatch
import Glibc
import SluiceCore
import Synchronization

/// Turns SIGINT and SIGTERM into the cancellation of what is being done; the second signal ends the process at once.
enum Interruption {
    /// Runs `body`; a signal cancels its task.
    static func cancelling<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task { try await body() }
        let watch = try SignalWatch { task.cancel() }
        defer { watch.end() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

extension Interruption {
    /// What the first signal does once work is under way that is ended in an order of its own.
    final class Ending: Sendable {
        private let action = Mutex<(@Sendable () -> Void)?>(nil)

        func set(_ action: @escaping @Sendable () -> Void) { self.action.withLock { $0 = action } }

        /// - Returns: Whether something is under way that ends by itself now.
        fileprivate func begin() -> Bool {
            let action = action.withLock { $0 }
            action?()
            return action != nil
        }
    }

    /// Runs `body`; a signal does what `body` has set, or cancels its task where it has set nothing yet.
    static func ending<Result: Sendable>(_ body: @escaping @Sendable (Ending) async throws -> Result) async throws -> Result {
        let ending = Ending()
        let task = Task { try await body(ending) }
        let watch = try SignalWatch { if !ending.begin() { task.cancel() } }
        defer { watch.end() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

/// Where the signal handler, which may do hardly anything, leaves its note: the writing end of a pipe.
private let noteEnd = Atomic<Int32>(-1)
private let signalCount = Atomic<Int>(0)

/// Calls a closure on the first SIGINT or SIGTERM, from `init` to `end`. There is one at a time.
private final class SignalWatch {
    private static let signals = [SIGINT, SIGTERM]
    private let source: any DispatchSourceRead
    private let ends: [Int32]

    init(_ interrupted: @escaping @Sendable () -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SluiceError.system(errno, cannot: "open", "a pipe") }
        self.ends = ends
        signalCount.store(0, ordering: .relaxed)
        noteEnd.store(ends[1], ordering: .sequentiallyConsistent)
        source = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: .global())
        source.setEventHandler { [descriptor = ends[0]] in
            var note: UInt8 = 0
            if read(descriptor, &note, 1) == 1 { interrupted() }
        }
        source.resume()
        for number in Self.signals { signal(number, Self.handle) }
    }

    func end() {
        for number in Self.signals { signal(number, SIG_DFL) }
        noteEnd.store(-1, ordering: .sequentiallyConsistent)
        source.setCancelHandler { [ends] in for end in ends { close(end) } }
        source.cancel()
    }

    /// Only calls that signal-safety(7) allows.
    private static let handle: @convention(c) (Int32) -> Void = { _ in
        let before = signalCount.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
        if before > 0 { _exit(CommandStatus.interrupted.rawValue) }
        var note: UInt8 = 1
        write(noteEnd.load(ordering: .sequentiallyConsistent), &note, 1)
    }
}
