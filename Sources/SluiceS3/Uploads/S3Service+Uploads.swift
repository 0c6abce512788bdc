import SluiceAWS
package import SluiceCore
import SluiceStorage

extension S3Service {
    /// Begins an upload in parts.
    package func beginUpload(_ key: String) async throws(SluiceError) -> S3Upload {
        let token = Self.newToken()
        var request = S3Request("CreateMultipartUpload", "POST", key)
        request.ask("uploads", "")
        request.set("x-amz-checksum-algorithm", ObjectChecksum.Algorithm.sent.rawValue)
        request.set("x-amz-checksum-type", "FULL_OBJECT")
        request.set(S3Object.tokenHeader, token)
        request.mayFailLate = true
        let answer = try parse(try await send(request).body)
        guard let id = answer["UploadId"], !id.isEmpty else {
            throw SluiceError(.serviceFailed, "an upload was begun without an id", at: location(key))
        }
        return S3Upload(key: key, id: id, token: token)
    }

    /// Sends a part; one of the same number is replaced.
    ///
    /// - Throws: `uploadGone`.
    package func put(_ number: Int, _ bytes: [UInt8], of upload: S3Upload) async throws(SluiceError) -> S3Part {
        let checksum = ObjectChecksum(.sent, of: bytes)
        var request = S3Request("UploadPart", "PUT", upload.key)
        request.timeout = .seconds(S3Limits.transferSeconds)
        request.ask("partNumber", String(number))
        request.ask("uploadId", upload.id)
        request.body = bytes
        request.add(checksum)
        let answer = try await send(request)
        guard let etag = answer.headers["etag"], !etag.isEmpty else {
            throw SluiceError(.serviceFailed, "part \(number) of an upload has no ETag", at: location(upload.key))
        }
        return S3Part(number: number, etag: EntityTag.unquoted(etag), checksum: checksum.value, byteCount: Int64(bytes.count))
    }

    /// Makes the object of the parts. Done again behind an answer that was lost, or by another process, it finds the object.
    ///
    /// - Throws: `uploadGone` where there is neither the upload nor its object: somebody gave it up.
    package func complete(_ upload: S3Upload, _ parts: [S3Part]) async throws(SluiceError) {
        var request = S3Request("CompleteMultipartUpload", "POST", upload.key)
        request.ask("uploadId", upload.id)
        let list = parts.map { part in
            let element = ObjectChecksum.Algorithm.sent.element
            let checksum = part.checksum.isEmpty ? "" : "<\(element)>\(XMLText.escaped(part.checksum))</\(element)>"
            let etag = XMLText.escaped(EntityTag.quoted(part.etag))
            return "<Part>\(checksum)<ETag>\(etag)</ETag><PartNumber>\(part.number)</PartNumber></Part>"
        }
        let document =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(list.joined())</CompleteMultipartUpload>"
        request.body = Array(document.utf8)
        request.set("Content-Type", "application/xml")
        request.set("x-amz-checksum-type", "FULL_OBJECT")
        request.timeout = .seconds(S3Limits.completionSeconds)
        request.mayFailLate = true
        do throws(SluiceError) {
            _ = try await send(request)
        } catch {
            guard error.code == .uploadGone else { throw error }
            do throws(SluiceError) {
                if try await head(upload.key).token == upload.token { return }
            } catch let other {
                guard other.code == .fileNotFound else { throw other }
            }
            throw error
        }
    }

    /// Gives an upload up; one that is gone is fine.
    package func abort(_ upload: S3Upload) async throws(SluiceError) {
        var request = S3Request("AbortMultipartUpload", "DELETE", upload.key)
        request.ask("uploadId", upload.id)
        do throws(SluiceError) {
            _ = try await send(request)
        } catch {
            guard error.code == .uploadGone || error.code == .fileNotFound else { throw error }
        }
    }

    /// The parts that the service has of an upload, by number: what need not be sent again.
    ///
    /// - Throws: `uploadGone`.
    package func parts(of upload: S3Upload) async throws(SluiceError) -> [S3Part] {
        var parts: [S3Part] = []
        var marker: String?
        while true {
            var request = S3Request("ListParts", "GET", upload.key)
            request.ask("uploadId", upload.id)
            if let marker { request.ask("part-number-marker", marker) }
            let root = try parse(try await send(request).body)
            for part in root.all("Part") {
                guard let number = part["PartNumber"].flatMap({ Int($0) }), let etag = part["ETag"],
                    let size = part["Size"].flatMap({ Int64($0) }), (0...S3Limits.objectBytes).contains(size)
                else { throw SluiceError(.serviceFailed, "a part was listed without number, ETag or size", at: location(upload.key)) }
                parts.append(
                    S3Part(
                        number: number, etag: EntityTag.unquoted(etag), checksum: part[ObjectChecksum.Algorithm.sent.element] ?? "",
                        byteCount: size))
            }
            let next = root["NextPartNumberMarker"]
            guard root["IsTruncated"] == "true", parts.count <= S3Limits.parts, let next, next != marker else { return parts }
            marker = next
        }
    }

    /// The ids of uploads that were begun under a key and neither completed nor given up.
    package func uploads(_ key: String) async throws(SluiceError) -> [S3Upload] {
        var request = S3Request("ListMultipartUploads", "GET")
        request.ask("uploads", "")
        request.ask("prefix", key)
        let root = try parse(try await send(request).body)
        return root.all("Upload").compactMap { upload in
            guard upload["Key"] == key, let id = upload["UploadId"] else { return nil }
            return S3Upload(key: key, id: id, token: "")
        }
    }

    /// Copies an object that is too large for one call.
    func copyParts(_ source: String, _ object: S3Object, to target: String) async throws(SluiceError) {
        let upload = try await beginUpload(target)
        do throws(SluiceError) {
            var parts: [S3Part] = []
            var offset: Int64 = 0
            while offset < object.byteCount {
                let end = min(offset + Int64(S3Limits.copiedPartBytes), object.byteCount)
                parts.append(try await copyPart(parts.count + 1, of: upload, from: source, object.etag, offset..<end))
                offset = end
            }
            try await complete(upload, parts)
        } catch {
            try? await abort(upload)
            throw error
        }
    }

    private func copyPart(
        _ number: Int, of upload: S3Upload, from source: String, _ etag: String, _ range: Range<Int64>
    ) async throws(SluiceError) -> S3Part {
        var request = S3Request("UploadPartCopy", "PUT", upload.key)
        request.ask("partNumber", String(number))
        request.ask("uploadId", upload.id)
        request.set("x-amz-copy-source", copySource(source))
        request.set("x-amz-copy-source-if-match", EntityTag.quoted(etag))
        request.set("x-amz-copy-source-range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        request.timeout = .seconds(S3Limits.completionSeconds)
        request.mayFailLate = true
        let root = try parse(try await send(request).body)
        return S3Part(
            number: number, etag: EntityTag.unquoted(root["ETag"] ?? ""), checksum: root[ObjectChecksum.Algorithm.sent.element] ?? "",
            byteCount: range.upperBound - range.lowerBound)
    }
}
