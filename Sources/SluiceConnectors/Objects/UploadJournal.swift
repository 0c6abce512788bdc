import Glibc
import SluiceAWS
import SluiceCore
import SluiceS3
import Synchronization

/// What a run uploads, in a file that outlives the process: every upload stands there, durably, before it has a part, so that whoever comes next
/// completes it or gives it up.
///
/// A line is a JSON object: where the objects go; `begin` with a key; `upload` with the key, the service's id and our mark of it; `sealed` with the
/// parts, which are all there; at last `commit`, with the keys that become visible and those that are removed.
///
/// - Invariant: `UploadLedger` reads what is written here.
final class UploadJournal: Sendable {
    private struct State {
        var uploads: [FileUpload] = []
        var isCommitted = false
    }

    static let fileName = "journal"
    let directory: String
    private let descriptor: Int32
    private let state = Mutex(State())

    /// - Throws: what making the file throws.
    init(directory: String, _ output: ObjectOutput) throws(SluiceError) {
        self.directory = directory
        try DiskFiles.createDirectories(directory)
        let path = directory + "/" + Self.fileName
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        var line = JSONBody()
        line.put("bucket", output.location.bucket)
        line.put("pipeline", output.pipeline)
        var site = JSONBody()
        for (name, value) in ObjectOptions.parameters(of: output.site).sorted(by: { $0.key < $1.key }) { site.put(name, value) }
        line.put("site", site)
        try note(line)
        try DiskFiles.syncDirectory(directory)
    }

    deinit { close(descriptor) }

    var path: String { directory + "/" + Self.fileName }
    var isCommitted: Bool { state.withLock { $0.isCommitted } }

    /// Adds a line, durably.
    private func note(_ line: JSONBody) throws(SluiceError) {
        try state.withLock { _ throws(SluiceError) in
            try DiskFiles.write(line.bytes + [UInt8(ascii: "\n")], to: descriptor, path: path)
            guard fdatasync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
        }
    }

    /// A file of the run that is about to be uploaded.
    func upload(_ path: String, to key: String, _ service: S3Service) -> FileUpload {
        let upload = FileUpload(path, to: key, service, self)
        state.withLock { $0.uploads.append(upload) }
        return upload
    }

    // MARK: Lines

    func begins(_ key: String) throws(SluiceError) {
        var line = JSONBody()
        line.put("begin", key)
        try note(line)
    }

    func begun(_ upload: S3Upload) throws(SluiceError) {
        var line = JSONBody()
        line.put("upload", upload.key)
        line.put("id", upload.id)
        line.put("token", upload.token)
        try note(line)
    }

    func sealed(_ upload: S3Upload, _ parts: [S3Part]) throws(SluiceError) {
        var line = JSONBody()
        line.put("sealed", upload.key)
        line.put(
            "parts",
            parts.map { part in
                var body = JSONBody()
                body.put("number", part.number)
                body.put("etag", part.etag)
                body.put("checksum", part.checksum)
                body.put("bytes", Int(part.byteCount))
                return body
            })
        try note(line)
    }

    /// The last line. Nothing is given up by this process any more.
    func commit(_ keys: [String], removing removed: [String]) throws(SluiceError) {
        var line = JSONBody()
        line.put("commit", texts: keys)
        line.put("remove", texts: removed)
        try note(line)
        state.withLock { $0 = State(isCommitted: true) }
    }

    /// Gives up all uploads of a run that does not commit. Those that cannot be now are given up by whoever finds the journal.
    func abandon() async {
        var isDone = true
        let uploads = state.withLock { state in
            defer { state.uploads = [] }
            return state.uploads
        }
        for upload in uploads {
            do throws(SluiceError) {
                try await upload.abandon()
            } catch {
                isDone = false
            }
        }
        if isDone { try? DiskFiles.removeTree(directory) }
    }
}
