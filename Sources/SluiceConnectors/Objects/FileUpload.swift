import Glibc
import SluiceAWS
import SluiceCore
import SluiceS3
import SluiceStorage
import Synchronization

/// The upload of one file that is being written to the disk: its parts are sent while more of it is written, and it is removed at the end.
final class FileUpload: Sendable {
    private struct State {
        var partCount = 0
        var finishing: ServiceThreads.Running<Void>?
    }

    private let path: String
    private let sender: PartSender
    private let journal: UploadJournal
    private let state = Mutex(State())

    init(_ path: String, to key: String, _ service: S3Service, _ journal: UploadJournal) {
        self.path = path
        self.journal = journal
        sender = PartSender(service) { () async throws(SluiceError) in
            // Where the process ends between the two, the upload is found by its key.
            try journal.begins(key)
            let upload = try await service.beginUpload(key)
            try journal.begun(upload)
            return upload
        }
    }

    /// Sends the parts that are written as a whole.
    ///
    /// - Throws: `limitExceeded` for a file with more parts than an object may have.
    func advance(to byteCount: Int64) throws(SluiceError) {
        while case let place = S3Part.place(state.withLock { $0.partCount } + 1), place.offset + Int64(place.byteCount) < byteCount {
            try send(place.offset, place.byteCount)
        }
    }

    private func send(_ offset: Int64, _ count: Int) throws(SluiceError) {
        let number = state.withLock { state in
            state.partCount += 1
            return state.partCount
        }
        guard number <= S3Limits.parts else {
            throw SluiceError(
                .limitExceeded, "an object has at most \(S3Limits.parts) parts", at: .file(path: path),
                remedy: "partition the output, or split it over several runs")
        }
        sender.add(number) { [path] () throws(SluiceError) in try FileAccess(path: path).bytes(at: offset, count: count) }
    }

    /// Sends the rest of the file, which is complete; does not wait for it.
    func finish(at byteCount: Int64) throws(SluiceError) {
        try advance(to: byteCount)
        let place = S3Part.place(state.withLock { $0.partCount } + 1)
        try send(place.offset, Int(byteCount - place.offset))
        let finishing = ServiceThreads.start { [sender, journal, path] () async throws(SluiceError) in
            let (upload, parts) = try await sender.finished()
            try journal.sealed(upload, parts)
            unlink(path)
        }
        state.withLock { $0.finishing = finishing }
    }

    /// Blocks until all of the file is with the service.
    func wait() throws(SluiceError) {
        guard let finishing = state.withLock({ $0.finishing }) else { return }
        try ServiceThreads.result(of: finishing)
    }

    /// - Throws: What keeps the upload from being given up.
    func abandon() async throws(SluiceError) {
        try await sender.abandon()
        unlink(path)
    }
}
