import SluiceAWS
package import SluiceCore
import Synchronization

/// Sends the parts of one upload side by side, for code that waits.
package final class PartSender: Sendable {
    private struct State {
        /// Nil before the first part.
        var upload: ServiceThreads.Running<S3Upload>?
        var parts: [ServiceThreads.Running<S3Part>] = []
        var isAbandoned = false
    }

    /// How many parts the process sends at a time: each of them is in memory.
    private static let slots = AsyncSemaphore(S3Limits.partsInFlight)

    private let service: S3Service
    private let begin: @Sendable () async throws(SluiceError) -> S3Upload
    private let state = Mutex(State())

    /// - Parameter begin: Begins the upload; called for the first part.
    package init(_ service: S3Service, begin: @escaping @Sendable () async throws(SluiceError) -> S3Upload) {
        self.service = service
        self.begin = begin
    }

    /// Begins to send a part, once the process has room for it.
    ///
    /// - Parameter load: Its bytes; called when they are needed.
    package func add(_ number: Int, _ load: @escaping @Sendable () throws(SluiceError) -> [UInt8]) {
        state.withLock { state in
            let upload = state.upload ?? ServiceThreads.start(begin)
            state.upload = upload
            state.parts.append(
                ServiceThreads.start { [service] () async throws(SluiceError) in
                    let upload = try await upload.value.get()
                    await Self.slots.acquire()
                    defer { Self.slots.release() }
                    return try await service.put(number, try load(), of: upload)
                })
        }
    }

    /// Blocks until fewer than so many parts are on their way.
    ///
    /// - Throws: What kept an earlier part from being sent.
    func wait(untilFewerThan count: Int) throws(SluiceError) {
        let parts = state.withLock { $0.parts }
        for part in parts.dropLast(count - 1) { _ = try ServiceThreads.result(of: part) }
    }

    /// The upload with its parts in order, once all are with the service. At least one was added.
    package func finished() async throws(SluiceError) -> (upload: S3Upload, parts: [S3Part]) {
        let (upload, running) = state.withLock { ($0.upload, $0.parts) }
        guard let upload else { preconditionFailure("an upload has at least one part") }
        var parts: [S3Part] = []
        for part in running { parts.append(try await part.value.get()) }
        return (try await upload.value.get(), parts.sorted { $0.number < $1.number })
    }

    /// Stops sending, and gives the upload up.
    ///
    /// - Throws: What kept it from being given up. An upload that could not be begun is none.
    package func abandon() async throws(SluiceError) {
        let (upload, parts) = state.withLock { state in
            defer { state.isAbandoned = true }
            return state.isAbandoned ? (nil, []) : (state.upload, state.parts)
        }
        for part in parts { part.cancel() }
        for part in parts { _ = await part.value }
        if case .success(let begun)? = await upload?.value { try await service.abort(begun) }
    }
}
