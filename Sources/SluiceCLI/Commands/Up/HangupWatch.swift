import Dispatch
import Glibc

/// The times of SIGHUP, from `init` to `end`; several that come while one is dealt with count as one.
final class HangupWatch {
    /// One element for each SIGHUP.
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let source: any DispatchSourceSignal

    init() {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { [continuation] in continuation.yield() }
        source.resume()
    }

    func end() {
        source.cancel()
        continuation.finish()
        signal(SIGHUP, SIG_DFL)
    }
}
