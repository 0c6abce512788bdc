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
        var parts: [ByteBuffer] = []
        var first = 0
        var heldBytes = 0
        var ending = Ending.none
        var waiter: CheckedContinuation<Void, Never>?
        var isAsked = false
    }
    private let state = Mutex(State())
    /// Asks the connection for more; called on any thread.
    private let wantsMore: @Sendable () -> Void

    init(wantsMore: @escaping @Sendable () -> Void = {}) { self.wantsMore = wantsMore }

    /// A body that is there already.
    package convenience init(_ bytes: [UInt8]) {
        self.init()
        if !bytes.isEmpty { append(ByteBuffer(bytes: bytes)) }
        finish(isWhole: true)
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
        while true {
            let (part, ending, asks) = state.withLock { state -> (ByteBuffer?, Ending, Bool) in
                guard state.first < state.parts.count else {
                    return (nil, state.ending, state.ending == .none)
                }
                let part = state.parts[state.first]
                state.first += 1
                if state.first == state.parts.count {
                    state.parts.removeAll(keepingCapacity: true)
                    state.first = 0
                }
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
                if state.ending != .none || state.first < state.parts.count { return true }
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
        guard let first = try await next() else { return [] }
        guard first.count <= limit else { throw .bodyTooLarge(limit: limit) }
        var bytes = first.bytes
        while let part = try await next() {
            guard bytes.count + part.count <= limit else { throw .bodyTooLarge(limit: limit) }
            part.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let body: RequestBody
        package mutating func next() async throws -> BodyPart? { try await body.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }
}
