import SluiceAWS
import SluiceCore
import SluiceStorage
import Synchronization

/// Writes one object: a small one in one call, a large one in parts that are sent while more is written.
final class S3Sink: ObjectSink {
    private struct State {
        var bytes: [UInt8] = []
        var sender: PartSender?
        var partCount = 0
        var isEnded = false
    }

    private let service: S3Service
    private let key: String
    private let state = Mutex(State())

    init(_ service: S3Service, key: String) {
        self.service = service
        self.key = key
    }

    deinit { abandon() }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        var rest = bytes
        while !rest.isEmpty {
            let full = state.withLock { state -> (number: Int, bytes: [UInt8])? in
                precondition(!state.isEnded, "nothing is written after finish or abandon")
                let partBytes = S3Part.place(state.partCount + 1).byteCount
                let count = min(rest.count, partBytes - state.bytes.count)
                state.bytes.append(contentsOf: rest[..<(rest.startIndex + count)])
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                // The last part is sent at the end, so that an object of exactly one part is one call.
                guard state.bytes.count == partBytes, !rest.isEmpty else { return nil }
                state.partCount += 1
                defer { state.bytes = [] }
                return (state.partCount, state.bytes)
            }
            if let full { try send(full.number, full.bytes) }
        }
    }

    private func send(_ number: Int, _ bytes: [UInt8]) throws(SluiceError) {
        guard number <= S3Limits.parts else {
            throw SluiceError(.limitExceeded, "an object has at most \(S3Limits.parts) parts", at: service.location(key))
        }
        let sender = sender()
        try sender.wait(untilFewerThan: S3Limits.partsHeld)
        sender.add(number) { () throws(SluiceError) in bytes }
    }

    private func sender() -> PartSender {
        state.withLock { state in
            let sender =
                state.sender ?? PartSender(service) { [service, key] () async throws(SluiceError) in try await service.beginUpload(key) }
            state.sender = sender
            return sender
        }
    }

    func finish() throws(SluiceError) {
        let (bytes, sender, number) = state.withLock { ($0.bytes, $0.sender, $0.partCount + 1) }
        if let sender {
            do throws(SluiceError) {
                sender.add(number) { () throws(SluiceError) in bytes }
                try ServiceThreads.wait { [service] () async throws(SluiceError) in
                    let (upload, parts) = try await sender.finished()
                    try await service.complete(upload, parts)
                }
            } catch {
                abandon()
                throw error
            }
        } else {
            _ = try ServiceThreads.wait { [service, key] () async throws(SluiceError) in try await service.put(key, bytes, if: .none) }
        }
        state.withLock { $0 = State(isEnded: true) }
    }

    func abandon() {
        let sender = state.withLock { state -> PartSender? in
            defer { state = State(isEnded: true) }
            return state.sender
        }
        guard let sender else { return }
        // What cannot be given up now is left to the bucket's own rule for uploads that nobody completes.
        _ = try? ServiceThreads.wait { () async throws(SluiceError) in try await sender.abandon() }
    }
}
