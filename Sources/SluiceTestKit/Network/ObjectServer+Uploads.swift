/// Uploads in parts.
extension ObjectServer {
    func begin(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        state.writes += 1
        let id = "upload-\(state.writes)"
        state.uploads[id] = Upload(name: call.name, metadata: call.metadata)
        return .status(
            200, "<InitiateMultipartUploadResult><Key>k</Key><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
    }

    func putPart(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        let id = call.query["uploadId"] ?? ""
        guard state.uploads[id]?.name == call.name else { return .error(404, "NoSuchUpload") }
        guard let number = call.query["partNumber"].flatMap({ Int($0) }), (1...10_000).contains(number) else {
            return .error(400, "InvalidArgument")
        }
        state.writes += 1
        state.uploads[id]?.parts[number] = Object(bytes: call.body, etag: "p\(state.writes)", metadata: [:])
        return .status(200, "", headers: ["ETag": "\"p\(state.writes)\""])
    }

    func complete(_ call: ObjectServerCall, _ state: inout State) -> LocalHTTPServer.Answer {
        let id = call.query["uploadId"] ?? ""
        guard let upload = state.uploads[id], upload.name == call.name else { return .error(404, "NoSuchUpload") }
        let listed = call.text.matches(of: /<Part>.*?<ETag>&quot;(.*?)&quot;<\/ETag><PartNumber>([0-9]+)<\/PartNumber><\/Part>/)
        var bytes: [UInt8] = []
        var last = 0
        for (index, part) in listed.enumerated() {
            let number = Int(part.output.2) ?? 0
            guard number > last else { return .error(400, "InvalidPartOrder") }
            guard let stored = upload.parts[number], stored.etag == part.output.1 else { return .error(400, "InvalidPart") }
            guard index == listed.count - 1 || stored.bytes.count >= leastPartBytes else { return .error(400, "EntityTooSmall") }
            bytes += stored.bytes
            last = number
        }
        guard !listed.isEmpty else { return .error(400, "MalformedXML") }
        state.uploads[id] = nil
        let etag = Self.put(call.name, bytes, upload.metadata, &state)
        return .status(
            200,
            "<?xml version=\"1.0\"?>\n<CompleteMultipartUploadResult><ETag>&quot;\(etag)&quot;</ETag></CompleteMultipartUploadResult>")
    }

    func parts(_ call: ObjectServerCall, _ state: State) -> LocalHTTPServer.Answer {
        guard let upload = state.uploads[call.query["uploadId"] ?? ""] else { return .error(404, "NoSuchUpload") }
        let parts = upload.parts.sorted { $0.key < $1.key }.map { number, part in
            "<Part><PartNumber>\(number)</PartNumber><ETag>&quot;\(part.etag)&quot;</ETag><Size>\(part.bytes.count)</Size></Part>"
        }
        return .status(200, "<ListPartsResult>\(parts.joined())<IsTruncated>false</IsTruncated></ListPartsResult>")
    }

    func uploads(_ call: ObjectServerCall, _ state: State) -> LocalHTTPServer.Answer {
        let prefix = call.bucket + "/" + (call.query["prefix"] ?? "")
        let found = state.uploads.filter { $0.value.name.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map { id, upload in
            let key = String(upload.name.dropFirst(call.bucket.count + 1)).xmlEscaped
            return "<Upload><Key>\(key)</Key><UploadId>\(id)</UploadId></Upload>"
        }
        return .status(200, "<ListMultipartUploadsResult>\(found.joined())</ListMultipartUploadsResult>")
    }

    // MARK: Listing

    func list(_ call: ObjectServerCall, _ state: State) -> LocalHTTPServer.Answer {
        let limit = min(pageKeys, call.query["max-keys"].flatMap { Int($0) } ?? 1_000)
        let prefix = call.query["prefix"] ?? ""
        let delimiter = call.query["delimiter"] ?? ""
        let after = call.query["continuation-token"]
        var entries: [(name: String, text: String)] = []
        let keys = state.objects.keys.filter { $0.hasPrefix(call.bucket + "/") }.map { String($0.dropFirst(call.bucket.count + 1)) }
        for key in keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where key.hasPrefix(prefix) {
            let rest = key.dropFirst(prefix.count)
            if !delimiter.isEmpty, let end = rest.firstIndex(of: "/") {
                let name = prefix + rest[...end]
                if entries.last?.name != name {
                    entries.append((name, "<CommonPrefixes><Prefix>\(name.percentEncoded)</Prefix></CommonPrefixes>"))
                }
                continue
            }
            let object = state.objects[call.bucket + "/" + key]
            entries.append(
                (
                    key,
                    "<Contents><Key>\(key.percentEncoded)</Key><Size>\(object?.bytes.count ?? 0)</Size>"
                        + "<ETag>&quot;\(object?.etag ?? "")&quot;</ETag><LastModified>2015-08-30T12:36:00.000Z</LastModified></Contents>"
                ))
        }
        let left = entries.drop { entry in after.map { !$0.utf8.lexicographicallyPrecedes(entry.name.utf8) } ?? false }
        let page = left.prefix(limit)
        let next = left.count > page.count ? page.last?.name.xmlEscaped : nil
        let end = next.map { "<IsTruncated>true</IsTruncated><NextContinuationToken>\($0)</NextContinuationToken>" }
        return .status(
            200,
            "<ListBucketResult><EncodingType>url</EncodingType>\(page.map(\.text).joined())\(end ?? "<IsTruncated>false</IsTruncated>")"
                + "</ListBucketResult>")
    }
}
