import SluiceAWS
package import SluiceCore
import SluiceStorage

extension S3Service {
    /// - Parameter wantsChecksum: Whether its checksum is asked for, which costs the service a look-up.
    func head(_ key: String, wantsChecksum: Bool = false) async throws(SluiceError) -> S3Object {
        var request = S3Request("HeadObject", "HEAD", key)
        if wantsChecksum { request.set("x-amz-checksum-mode", "ENABLED") }
        return try S3Object(try await send(request), at: location(key))
    }

    /// The bytes of a range of an object.
    ///
    /// - Parameters:
    ///   - range: Within the object, not empty; nil for all of it, whose checksum is looked at then.
    ///   - etag: What the object must be; nil for whatever is there.
    /// - Throws: `fileNotFound`; `objectChanged` for another version; `corruptFile` for bytes that are not those of the checksum.
    func get(_ key: String, _ range: Range<Int64>?, etag: String?, byteCount: Int64) async throws(SluiceError) -> [UInt8] {
        var request = S3Request("GetObject", "GET", key)
        request.timeout = .seconds(S3Limits.transferSeconds)
        let count = range.map { $0.upperBound - $0.lowerBound } ?? byteCount
        // Room for an error, or for the object that a service sends which knows no ranges.
        request.answerBytes = Int(max(count, Int64(S3Limits.firstRangeBytes)))
        if let range {
            request.set("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        } else {
            request.set("x-amz-checksum-mode", "ENABLED")
        }
        if let etag, !etag.isEmpty { request.set("If-Match", EntityTag.quoted(etag)) }
        let answer: HTTPAnswer
        do throws(SluiceError) {
            answer = try await send(request)
        } catch {
            guard error.code == .conditionFailed else { throw error }
            throw changed(key)
        }
        let isPart = answer.status == 206
        if isPart, let range {
            let said = answer.headers["content-range"] ?? ""
            guard said.hasPrefix("bytes \(range.lowerBound)-\(range.upperBound - 1)/"), answer.body.count == Int(count) else {
                throw SluiceError(
                    .serviceFailed, "bytes \(range.lowerBound)-\(range.upperBound - 1) were asked for, and \(said.quotedForMessage) came",
                    at: location(key))
            }
            return answer.body
        }
        guard answer.body.count == Int(byteCount) else { throw changed(key) }
        if let said = ObjectChecksum(answer.headers) { try check(answer.body, said, key) }
        return range.map { Array(answer.body[Int($0.lowerBound)..<Int($0.upperBound)]) } ?? answer.body
    }

    private func check(_ bytes: [UInt8], _ said: ObjectChecksum, _ key: String) throws(SluiceError) {
        let found = ObjectChecksum(said.algorithm, of: bytes)
        guard found == said else { throw damaged(key, said: said, found: found) }
    }

    func changed(_ key: String) -> SluiceError {
        SluiceError(
            .objectChanged, "the object was replaced after it was listed", at: location(key),
            remedy: "run it again; do not replace objects while they are read")
    }

    func damaged(_ key: String, said: ObjectChecksum, found: ObjectChecksum) -> SluiceError {
        SluiceError(
            .corruptFile, "the object's \(said.algorithm.rawValue) is \(said.value), and that of the bytes that came is \(found.value)",
            at: location(key), remedy: "run it again; if it stays so, the object is damaged and has to be written anew")
    }

    /// Writes a whole object.
    ///
    /// - Returns: Its ETag.
    /// - Throws: `conditionFailed`.
    func put(_ key: String, _ bytes: [UInt8], if condition: PutCondition) async throws(SluiceError) -> String {
        var request = S3Request("PutObject", "PUT", key)
        request.timeout = .seconds(S3Limits.transferSeconds)
        request.body = bytes
        request.add(ObjectChecksum(.sent, of: bytes))
        var token: String?
        switch condition {
        case .none: break
        case .absent: request.set("If-None-Match", "*")
        case .version(let etag): request.set("If-Match", EntityTag.quoted(etag))
        }
        if condition != .none {
            token = Self.newToken()
            request.set(S3Object.tokenHeader, token ?? "")
        }
        do throws(SluiceError) {
            return EntityTag.unquoted(try await send(request).headers["etag"] ?? "")
        } catch {
            guard error.code == .conditionFailed || (error.code == .fileNotFound && condition != .none) else { throw error }
            // An attempt whose answer was lost may be what is in the way.
            if let token, let object = try? await head(key), object.token == token { return object.etag }
            throw .conditionFailed(S3Location(bucket: bucket, key: key).description, condition)
        }
    }

    /// Tells one write from all others.
    static func newToken() -> String { String(UInt128.random(in: .min ... .max), radix: 36) }

    func delete(_ key: String) async throws(SluiceError) { _ = try await send(S3Request("DeleteObject", "DELETE", key)) }

    /// Looks whether the bucket is there, as far as the credentials allow it.
    ///
    /// - Throws: `notFound`.
    package func check() async throws(SluiceError) {
        do throws(SluiceError) {
            _ = try await send(S3Request("HeadBucket", "HEAD"))
        } catch {
            switch error.code {
            // Who may write need not be allowed to look.
            case .accessDenied: return
            case .fileNotFound:
                throw SluiceError(
                    .notFound, "there is no bucket \(bucket.quotedForMessage) (\(address))", at: location(""),
                    remedy: "check the bucket's name, the region and the endpoint; a run makes no buckets")
            default: throw error
            }
        }
    }

    /// Deletes objects, a thousand in a call; those that are not there are fine.
    package func delete(all keys: [String]) async throws(SluiceError) {
        var rest = keys[...]
        while !rest.isEmpty {
            let page = rest.prefix(S3Limits.pageKeys)
            rest = rest.dropFirst(page.count)
            var request = S3Request("DeleteObjects", "POST")
            request.ask("delete", "")
            let objects = page.map { "<Object><Key>\(XMLText.escaped($0))</Key></Object>" }.joined()
            let body = Array(
                "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(objects)<Quiet>true</Quiet></Delete>".utf8)
            request.body = body
            request.set("Content-Type", "application/xml")
            request.add(ObjectChecksum(.sent, of: body))
            let answer = try parse(try await send(request).body)
            guard let failed = answer.all("Error").first else { continue }
            throw SluiceError(
                failed["Code"] == "AccessDenied" ? .accessDenied : .serviceFailed,
                "\(answer.all("Error").count) of \(page.count) objects were not deleted: \(failed["Code"] ?? "") \(failed["Message"] ?? "")",
                at: location(failed["Key"] ?? ""), isRetriable: failed["Code"] == "InternalError" || failed["Code"] == "SlowDown")
        }
    }

    /// Copies an object within the bucket, the bytes staying with the service.
    func copy(_ source: String, to target: String) async throws(SluiceError) {
        let object = try await head(source)
        guard object.byteCount <= Int64(S3Limits.copiedBytes) else { return try await copyParts(source, object, to: target) }
        var request = S3Request("CopyObject", "PUT", target)
        request.set("x-amz-copy-source", copySource(source))
        request.set("x-amz-copy-source-if-match", EntityTag.quoted(object.etag))
        request.timeout = .seconds(S3Limits.completionSeconds)
        request.mayFailLate = true
        _ = try await send(request)
    }

    func copySource(_ key: String) -> String { PercentText.encode("/\(bucket)/\(key)", keepsSlashes: true) }

    /// - Throws: `serviceFailed` for what is no XML, with the beginning of it.
    func parse(_ body: [UInt8]) throws(SluiceError) -> XMLElement {
        do throws(XMLParser.Failure) {
            return try XMLParser.parse(body)
        } catch {
            let start = String(decoding: body.prefix(AWSLimits.quotedBytes), as: UTF8.self)
            throw SluiceError(
                .serviceFailed, "the answer is no XML of the service (\(error)): \(start.quotedForMessage)", at: location(""),
                remedy: "check that the endpoint is that of an object store")
        }
    }
}

extension S3Request {
    /// Names and gives a checksum of the body.
    mutating func add(_ checksum: ObjectChecksum) {
        set("x-amz-sdk-checksum-algorithm", checksum.algorithm.rawValue)
        set(checksum.algorithm.header, checksum.value)
    }
}
