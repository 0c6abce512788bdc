import SluiceCore
import Synchronization

/// A strict server of the S3 API in memory, on a free port of the loopback address, that fails when a test says so.
///
/// It knows what a client of object storage needs: objects with ranges and conditions, uploads in parts, listings in pages, copies. It refuses what S3
/// refuses: requests without a signature, parts that are too small or out of order, checksums that are not those of the bytes, an upload that is
/// completed a second time. Buckets exist by being named in a path. Signatures are not computed anew.
package final class ObjectServer: Sendable {
    /// What a request meets in place of being answered.
    package enum Fault: Sendable {
        /// This answer, and nothing is done.
        case instead(LocalHTTPServer.Answer)
        /// This answer, though the work is done.
        case afterwards(LocalHTTPServer.Answer)
    }

    /// An object, or what it is made of.
    package struct Object: Sendable {
        package var bytes: [UInt8]
        package var etag: String
        package var metadata: [String: String]
    }

    struct Upload: Sendable {
        var name: String
        var metadata: [String: String]
        var parts: [Int: Object] = [:]
    }

    struct State: Sendable {
        /// By `bucket/key`.
        var objects: [String: Object] = [:]
        var uploads: [String: Upload] = [:]
        var writes = 0
        var isDown = false
    }

    let state = Mutex(State())
    /// Bytes that each part but the last needs.
    let leastPartBytes: Int
    /// Keys of a page at most.
    let pageKeys: Int
    private let server = Mutex<LocalHTTPServer?>(nil)

    /// - Parameter fault: Asked for each request, with the number of those before it.
    package init(
        leastPartBytes: Int = 5 << 20, pageKeys: Int = 1_000,
        fault: @escaping @Sendable (LocalHTTPServer.Request, Int) -> Fault? = { _, _ in nil }
    ) throws {
        self.leastPartBytes = leastPartBytes
        self.pageKeys = pageKeys
        let server = try LocalHTTPServer { [weak self] request, number in
            guard let self, !state.withLock({ $0.isDown }) else { return .cut }
            switch fault(request, number) {
            case .instead(let answer): return answer
            case .afterwards(let answer):
                _ = self.answer(request)
                return answer
            case nil: return self.answer(request)
            }
        }
        self.server.withLock { $0 = server }
    }

    package var address: String { server.withLock { $0?.address ?? "" } }
    package var requests: [LocalHTTPServer.Request] { server.withLock { $0?.requests ?? [] } }

    /// Objects by `bucket/key`.
    package var objects: [String: Object] { state.withLock { $0.objects } }
    /// What uploads that are neither completed nor given up are for.
    package var openUploads: [String] { state.withLock { $0.uploads.values.map(\.name).sorted() } }

    /// Cuts every connection from now on, or does so no longer.
    package func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// Puts an object there, without a request.
    package func put(_ name: String, _ bytes: [UInt8]) {
        state.withLock { state in _ = Self.put(name, bytes, [:], &state) }
    }

    /// Forgets an upload, as a rule of the bucket may.
    package func dropUploads() { state.withLock { $0.uploads = [:] } }

    static func put(_ name: String, _ bytes: [UInt8], _ metadata: [String: String], _ state: inout State) -> String {
        state.writes += 1
        let etag = "e\(state.writes)"
        state.objects[name] = Object(bytes: bytes, etag: etag, metadata: metadata)
        return etag
    }

    // MARK: Answers

    private func answer(_ request: LocalHTTPServer.Request) -> LocalHTTPServer.Answer {
        let call = ObjectServerCall(request)
        if let refusal = call.refusal { return refusal }
        return state.withLock { state in
            switch (call.method, call.key.isEmpty) {
            case ("GET", true): call.query["uploads"] == nil ? list(call, state) : uploads(call, state)
            case ("HEAD", true): .status(200, "")
            case ("POST", true): deleteAll(call, &state)
            case ("GET", false) where call.query["uploadId"] != nil: parts(call, state)
            case ("GET", false), ("HEAD", false): read(call, state)
            case ("PUT", false) where call.query["uploadId"] != nil: putPart(call, &state)
            case ("PUT", false) where call.headers["x-amz-copy-source"] != nil: copy(call, &state)
            case ("PUT", false): put(call, &state)
            case ("POST", false): call.query["uploads"] == nil ? complete(call, &state) : begin(call, &state)
            case ("DELETE", false): delete(call, &state)
            default: .error(405, "MethodNotAllowed")
            }
        }
    }

    private func read(_ call: ObjectServerCall, _ state: State) -> LocalHTTPServer.Answer {
        guard let object = state.objects[call.name] else { return .error(404, "NoSuchKey") }
        if let wanted = call.headers["if-match"], wanted != "\"\(object.etag)\"" { return .error(412, "PreconditionFailed") }
        var headers = object.metadata
        headers["ETag"] = "\"\(object.etag)\""
        headers["Last-Modified"] = "Sun, 30 Aug 2015 12:36:00 GMT"
        guard let range = call.headers["range"] else {
            if call.headers["x-amz-checksum-mode"] == "ENABLED" {
                headers["x-amz-checksum-crc32"] = ObjectServerCall.checksum(object.bytes)
                headers["x-amz-checksum-type"] = "FULL_OBJECT"
            }
            return .content(200, object.bytes, headers: headers)
        }
        let ends = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        guard ends.count == 2, ends[0] < object.bytes.count, ends[0] <= ends[1] else { return .error(416, "InvalidRange") }
        let last = min(ends[1], object.bytes.count - 1)
        headers["Content-Range"] = "bytes \(ends[0])-\(last)/\(object.bytes.count)"
        return .content(206, Array(object.bytes[ends[0]...last]), headers: headers)
    }

    private func put(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        let current = state.objects[call.name]
        if call.headers["if-none-match"] == "*", current != nil { return .error(412, "PreconditionFailed") }
        if let wanted = call.headers["if-match"] {
            guard let current else { return .error(404, "NoSuchKey") }
            if wanted != "\"\(current.etag)\"" { return .error(412, "PreconditionFailed") }
        }
        let etag = Self.put(call.name, call.body, call.metadata, &state)
        return .status(200, "", headers: ["ETag": "\"\(etag)\""])
    }

    private func copy(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        let source = String((call.headers["x-amz-copy-source"]?.percentDecoded ?? "").dropFirst())
        guard let object = state.objects[source] else { return .error(404, "NoSuchKey") }
        let etag = Self.put(call.name, object.bytes, object.metadata, &state)
        return .status(200, "<CopyObjectResult><ETag>&quot;\(etag)&quot;</ETag></CopyObjectResult>")
    }

    private func delete(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        guard let id = call.query["uploadId"] else {
            state.objects[call.name] = nil
            return .status(204, "")
        }
        return state.uploads.removeValue(forKey: id) == nil ? .error(404, "NoSuchUpload") : .status(204, "")
    }

    private func deleteAll(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        let keys = call.text.matches(of: /<Key>(.*?)<\/Key>/).map { String($0.output.1).xmlUnescaped }
        guard keys.count <= 1_000 else { return .error(400, "MalformedXML") }
        for key in keys { state.objects[call.bucket + "/" + key] = nil }
        return .status(200, "<DeleteResult></DeleteResult>")
    }
}

extension LocalHTTPServer.Answer {
    /// An error as S3 words it.
    package static func error(_ status: Int, _ code: String) -> LocalHTTPServer.Answer {
        .status(
            status, "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>says the test</Message><RequestId>id-7</RequestId></Error>",
            headers: ["x-amz-request-id": "id-7"])
    }
}
