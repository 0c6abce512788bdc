import CSystemCalls
import Dispatch
import Glibc

/// Calls when processes end, children or not. Owned by one task at a time.
final class ProcessWatch {
    private let ended: @Sendable () -> Void
    private var sources: [Int32: any DispatchSourceRead] = [:]

    /// - Parameter ended: Called on any thread, once for each process that ends.
    init(_ ended: @escaping @Sendable () -> Void) { self.ended = ended }

    deinit {
        for source in sources.values { source.cancel() }
    }

    /// Watches a process until it ends or is forgotten.
    ///
    /// - Returns: False where the system cannot tell: it has no such call, or no descriptor left, or the process is gone.
    func watch(_ process: Int32) -> Bool {
        if sources[process] != nil { return true }
        let descriptor = sluice_process_descriptor(process)
        guard descriptor >= 0 else { return false }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler { [ended] in
            // The descriptor stays readable.
            source.cancel()
            ended()
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
        sources[process] = source
        return true
    }

    func isWatched(_ process: Int32) -> Bool { sources[process] != nil }

    func forget(_ process: Int32) { sources.removeValue(forKey: process)?.cancel() }
}
