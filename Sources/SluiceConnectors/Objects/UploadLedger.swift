import SluiceAWS
import SluiceCore
import SluiceS3

/// What a journal of uploads says.
struct UploadLedger: Sendable {
    /// What the run made visible.
    struct Commit: Sendable {
        var keys: [String]
        var removed: [String]
    }

    let path: String
    private(set) var pipeline = ""
    private var bucket = ""
    private var site = S3Site()
    /// Keys whose uploads were about to begin; some have an upload that stands nowhere else.
    private var begun: [String] = []
    private var uploads: [String: S3Upload] = [:]
    private var parts: [String: [S3Part]] = [:]
    private(set) var commit: Commit?

    /// - Throws: `fileNotFound`; `stateCorrupt` for what no journal says. A last line that was cut off is none.
    init(_ path: String) throws(SluiceError) {
        self.path = path
        let bytes = try DiskFiles.read(path)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
        for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
            guard let node = try? JSONParser.parse(Array(line)), take(node) else {
                throw SluiceError(
                    .stateCorrupt, "a line of the journal of uploads cannot be read", at: .file(path: path),
                    remedy: "list the bucket's uploads that are not completed and abort them, then remove the file")
            }
        }
    }

    private mutating func take(_ node: JSONNode) -> Bool {
        if let name = node["bucket"]?.string {
            bucket = name
            pipeline = node["pipeline"]?.string ?? ""
            guard case .object(let members)? = node["site"] else { return false }
            var parameters: [String: String] = [:]
            for member in members { parameters[member.name] = member.value.string }
            site = ObjectOptions.site(of: parameters)
        } else if let key = node["begin"]?.string {
            begun.append(key)
        } else if let key = node["upload"]?.string, let id = node["id"]?.string {
            uploads[key] = S3Upload(key: key, id: id, token: node["token"]?.string ?? "")
        } else if let key = node["sealed"]?.string {
            parts[key] = node["parts"]?.elements.compactMap { part in
                guard let number = part["number"]?.integer, let etag = part["etag"]?.string, let bytes = part["bytes"]?.integer else {
                    return nil
                }
                return S3Part(number: number, etag: etag, checksum: part["checksum"]?.string ?? "", byteCount: Int64(bytes))
            }
        } else if let keys = node["commit"]?.elements {
            commit = Commit(keys: keys.compactMap(\.string), removed: node["remove"]?.elements.compactMap(\.string) ?? [])
        } else {
            return false
        }
        return true
    }

    // MARK: After the commit

    /// Completes the uploads that became visible, removes what they replace, and gives up the others. Done again, it finds done what is done.
    ///
    /// - Parameter reached: Told after each object that is there.
    /// - Throws: `uploadGone` where somebody gave an upload up; the others are completed then. What the service refuses.
    func carryOut(_ reached: (Int) throws(SluiceError) -> Void) async throws(SluiceError) {
        guard let commit else {
            throw SluiceError(.stateCorrupt, "the journal of a committed run says nothing of its commit", at: .file(path: path))
        }
        let service = try S3Stores.service(bucket, site)
        var gone: SluiceError?
        for (index, start) in stride(from: 0, to: commit.keys.count, by: ConnectorLimits.uploadsCompleted).enumerated() {
            let keys = commit.keys[start..<min(start + ConnectorLimits.uploadsCompleted, commit.keys.count)]
            for result in await completed(keys, service) {
                guard case .failure(let error) = result else { continue }
                guard error.code == .uploadGone else { throw error }
                gone = error
            }
            try reached(index)
        }
        try await service.delete(all: commit.removed)
        let visible = Set(commit.keys)
        for upload in uploads.values where !visible.contains(upload.key) { try await service.abort(upload) }
        if let gone { throw gone }
    }

    private func completed(_ keys: ArraySlice<String>, _ service: S3Service) async -> [Result<Void, SluiceError>] {
        await withTaskGroup(of: Result<Void, SluiceError>.self) { group in
            for key in keys {
                group.addTask {
                    do throws(SluiceError) {
                        return .success(try await complete(key, service))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func complete(_ key: String, _ service: S3Service) async throws(SluiceError) {
        guard let upload = uploads[key], let parts = parts[key] else {
            throw SluiceError(.stateCorrupt, "the journal has no upload of \(key.quotedForMessage)", at: .file(path: path))
        }
        try await service.complete(upload, parts)
    }

    // MARK: Without a commit

    /// Gives up everything that was begun.
    func abandon() async throws(SluiceError) {
        if begun.isEmpty { return }
        let service = try S3Stores.service(bucket, site)
        for upload in uploads.values { try await service.abort(upload) }
        for key in begun where uploads[key] == nil {
            for upload in try await service.uploads(key) { try await service.abort(upload) }
        }
    }
}
