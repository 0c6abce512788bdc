import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

/// An object that a page of a browser uploads by a form. Source: S3's API reference, "POST Object".
struct PostObject {
    private let call: S3Call
    /// By lower-case name.
    private var fields: [String: String] = [:]
    private var fileName: String?
    private var byteCounts: ClosedRange<Int64> = 0...S3ServiceLimits.uploadedBytes

    fileprivate init(_ call: S3Call) { self.call = call }

    fileprivate func run() async throws -> ServiceResponse {
        var form = self
        var decoder = try FormDecoder(contentType: call.header("Content-Type") ?? "")
        var file: NewFile?
        var declared: [ObjectChecksum] = []
        while let part = try await call.request.body.next() {
            for event in try decoder.take(part.bytes) {
                switch event {
                case .field(let name, let value): form.fields[name.lowercased()] = value
                case .file(let name):
                    form.fileName = name
                    try form.admit()
                    declared = form.checksums
                    file = call.store.newFile(declared.map(\.algorithm))
                case .bytes(let bytes):
                    guard let file else { throw FormDecoder.broken }
                    guard file.byteCount + Int64(bytes.count) <= form.byteCounts.upperBound else { throw form.tooLarge }
                    try await call.store.append(bytes, to: file)
                }
            }
        }
        guard let file, decoder.isDone else {
            if form.fileName == nil {
                throw ServiceFault.invalidArgument("file", "", "POST requires exactly one file upload per request.")
            }
            throw FormDecoder.broken
        }
        guard file.byteCount >= form.byteCounts.lowerBound else {
            throw ServiceFault(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        }
        let digests = file.digests
        if let wrong = declared.first(where: { !digests.checksums.contains($0) }) {
            throw ServiceFault(400, "BadDigest", "The \(wrong.algorithm.rawValue) you specified did not match the calculated checksum.")
        }
        var traits = try form.traits()
        traits.checksum = digests.checksums.first.map { .init($0, isComposite: false) }
        let version = try await call.store.put(call.bucketName, try form.key, file, traits, as: .posted)
        return try form.answer(version)
    }

    private var tooLarge: ServiceFault {
        ServiceFault(
            400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
            details: [("MaxSizeAllowed", "\(byteCounts.upperBound)")])
    }

    // MARK: Who may

    /// Lets in what the owner of the bucket has signed, before a byte of the file is taken.
    ///
    /// - Throws: `AccessDenied`, `SignatureDoesNotMatch`, `InvalidPolicyDocument`.
    private mutating func admit() throws {
        let bucket = try call.store.bucket(call.bucketName)
        _ = try key
        var account: String?
        if let signatures = call.forms {
            guard fields["policy"] != nil else { throw ServiceFault.accessDenied }
            account = try signatures.check(fields)
        } else {
            account = FormSignatures.account(fields)
        }
        guard bucket.owner == account ?? call.request.caller.account else { throw ServiceFault.accessDenied }
        guard let text = fields["policy"] else { return }
        let policy = try PostPolicy(text)
        var named = fields
        named["key"] = try key.text
        named["bucket"] = call.bucketName
        try policy.check(named, nowMicros: call.request.clock.nowMicros())
        byteCounts = policy.byteCounts
    }

    // MARK: What the fields say

    /// With the name of the file in the place of `${filename}`.
    private var key: ObjectKey {
        get throws(ServiceFault) {
            guard let text = fields["key"], !text.isEmpty else {
                throw .invalidArgument(
                    "key", "", "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.")
            }
            // Browsers of long ago sent paths.
            let name = fileName.map { $0.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? "" } ?? ""
            guard let key = ObjectKey(text.replacing("${filename}", with: name)) else {
                throw ServiceFault(400, "KeyTooLongError", "Your key is too long")
            }
            return key
        }
    }

    private var checksums: [ObjectChecksum] {
        ObjectChecksum.Algorithm.allCases.compactMap { algorithm in fields[algorithm.header].map { ObjectChecksum(algorithm, $0) } }
    }

    /// What headers would say of the object, with the same bounds and refusals.
    private func traits() throws -> ObjectTraits {
        for (name, value) in fields where name != "tagging" && name != "policy" && value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw ServiceFault.invalidArgument(name, "", "The field \(name) has characters that no header may have.")
        }
        let headers = fields.filter { $0.key != "tagging" }.map { ($0.key == "acl" ? "x-amz-acl" : $0.key, $0.value) }
        let head = RequestHead(method: "PUT", target: call.request.head.rawPath, headers: HeaderFields(headers.sorted { $0.0 < $1.0 }))
        var traits = try call.with(head).traits()
        if let tagging = fields["tagging"] {
            traits.tags = try S3Tags.parse(try S3Settings.root(Array(tagging.utf8), "Tagging"), limit: S3ServiceLimits.objectTags)
        }
        return traits
    }

    private func answer(_ version: ObjectVersion) throws -> ServiceResponse {
        let location = call.address(of: try key)
        let key = try key.text
        let etag = "\"\(version.etag)\""
        let isVersioned = try call.store.bucket(call.bucketName).versioning != .never
        var headers = ObjectHeaders.written(version, isVersioned)
        call.addExpiration(of: version, to: &headers)
        if let address = fields["success_action_redirect"] ?? fields["redirect"] {
            let result = [("bucket", call.bucketName), ("key", key), ("etag", etag)].map { "\($0)=\(PercentText.encode($1))" }
            headers.add("Location", address + (address.contains("?") ? "&" : "?") + result.joined(separator: "&"))
            return ServiceResponse(303, headers, .bytes([]))
        }
        headers.add("Location", location)
        switch fields["success_action_status"] {
        case "200": return ServiceResponse(200, headers, .bytes([]))
        case "201":
            let document = XMLWriter("PostResponse", isPlain: true) { document in
                document.add("Location", location)
                document.add("Bucket", call.bucketName)
                document.add("Key", key)
                document.add("ETag", etag)
            }
            headers.add("Content-Type", "application/xml")
            return ServiceResponse(201, headers, .bytes(document.bytes))
        default: return ServiceResponse(204, headers, .none(length: nil))
        }
    }
}

extension S3Operation {
    /// Forms of browsers.
    static let forms = [
        S3Operation("PostObject", "POST", .bucket, header: "Content-Type", admitsCallers: true) { call in
            guard call.header("Content-Type")?.lowercased().hasPrefix("multipart/form-data") == true else {
                throw ServiceFault(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
            }
            return try await PostObject(call).run()
        }
    ]
}
