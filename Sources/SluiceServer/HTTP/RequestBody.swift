import NIOCore
import Synchronization

/// A part of a body as it came from the socket.
package struct BodyPart: Sendable {
    let buffer: ByteBuffer

    package var count: Int { buffer.readableBytes }
    package var bytes: [UInt8] { Array(buffer.readableBytesView) }
    /// Calls `body` with the bytes, without a copy.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withUnsafeReadableBytes(body)
    }
}

/// The body of one request, in parts. One task reads it; while it is slow, the socket waits.
package final class RequestBody: AsyncSequence, Sendable {
    package typealias Element = BodyPart

    private enum Ending { case none, whole, cut }
    private struct State {
        /// Those that were taken are gone, so that a reader who never catches up holds no more than `heldBytes`.
        var parts = CircularBuffer<ByteBuffer>()
        var heldBytes = 0
        var ending = Ending.none
        var waiter: CheckedContinuation<Void, Never>?
        /// The whole was handed out.
        var isTaken = false
    }
    private let state = Mutex(State())
    /// Asks the connection for more; called on any thread.
    private let wantsMore: @Sendable () -> Void
    /// A body that is there already, for whoever wants the whole of it.
    private let whole: [UInt8]?

    init(wantsMore: @escaping @Sendable () -> Void = {}) {
        self.wantsMore = wantsMore
        whole = nil
    }

    /// A body that is there already.
    package init(_ bytes: [UInt8]) {
        wantsMore = {}
        whole = bytes
        state.withLock { $0.ending = .whole }
    }

    // MARK: What the connection calls

    /// - Returns: Whether more may come.
    @discardableResult
    func append(_ part: ByteBuffer) -> Bool {
        let (waiter, mayCome) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
            guard state.ending == .none else { return (nil, true) }
            state.parts.append(part)
            state.heldBytes += part.readableBytes
            return (state.waiter.take(), state.heldBytes < PortLimits.heldBodyBytes)
        }
        waiter?.resume()
        return mayCome
    }

    func finish(isWhole: Bool) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.ending == .none { state.ending = isWhole ? .whole : .cut }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    var isOverHeld: Bool { state.withLock { $0.heldBytes >= PortLimits.heldBodyBytes } }
    /// Whether somebody waits for a part.
    var isAwaited: Bool { state.withLock { $0.waiter != nil } }

    // MARK: What the service calls

    /// Suspends until there is a part; nil at the end.
    ///
    /// - Throws: `cutBody` where the client went away or was too slow.
    package func next() async throws(LayerRefusal) -> BodyPart? {
        if let whole {
            let isNew = state.withLock { state in
                defer { state.isTaken = true }
                return !state.isTaken
            }
            return isNew && !whole.isEmpty ? BodyPart(buffer: ByteBuffer(bytes: whole)) : nil
        }
        while true {
            let (part, ending, asks) = state.withLock { state -> (ByteBuffer?, Ending, Bool) in
                guard let part = state.parts.popFirst() else { return (nil, state.ending, state.ending == .none) }
                let wasFull = state.heldBytes >= PortLimits.heldBodyBytes
                state.heldBytes -= part.readableBytes
                return (part, state.ending, wasFull && state.heldBytes < PortLimits.heldBodyBytes)
            }
            if asks { wantsMore() }
            if let part { return BodyPart(buffer: part) }
            switch ending {
            case .whole: return nil
            case .cut: throw .cutBody
            case .none: await wait()
            }
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state -> Bool in
                if state.ending != .none || !state.parts.isEmpty { return true }
                state.waiter = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// The whole body.
    ///
    /// - Throws: `bodyTooLarge`, as soon as it is longer than `limit`, and `cutBody`.
    package func collect(upTo limit: Int) async throws(LayerRefusal) -> [UInt8] {
        if let whole { return whole }
        guard let first = try await next() else { return [] }
        guard first.count <= limit else { throw .bodyTooLarge(limit: limit) }
        // Of a short body all parts are there.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Swift.min(limit, first.count + state.withLock { $0.heldBytes }))
        first.withUnsafeBytes { bytes.append(contentsOf: $0) }
        while let part = try await next() {
            guard bytes.count + part.count <= limit else { throw .bodyTooLarge(limit: limit) }
            part.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Takes part after part out of the body.
    package struct AsyncIterator: AsyncIteratorProtocol {
        let body: RequestBody
        package mutating func next() async throws -> BodyPart? { try await body.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }
}
