import SluiceCodecs
import SluiceCore
import SluiceHTTP
import SluiceJSON
import SluiceLog
import SluiceServer

/// Deliveries to endpoints. Source: the developer guide of Firehose, "Understand HTTP endpoint delivery request and response specifications".
extension Delivery {
    /// What an endpoint made of a request.
    private enum Verdict {
        case taken
        /// Another attempt may succeed.
        case failed(code: String, String)
        /// It never takes this request.
        case refused(code: String, String)
    }

    /// Sends the records in one request, whose id is the same at each attempt; what the endpoint does not take in its time goes to the bucket.
    ///
    /// - Throws: Why it has to be tried again.
    func send(_ records: RecordPile, to endpoint: EndpointTarget, _ attempts: Attempts, isEnding: Bool) async throws {
        var failures = FailedRecords(nowMicros: scope.world.clock.nowMicros())
        let sent = try await transformed(records, failures: &failures)
        switch sent.isEmpty ? .taken : try await post(sent, endpoint, isEnding: isEnding) {
        case .taken: break
        case .refused(let code, let reason): try await keep(sent, code, reason, attempts.made + 1)
        case .failed(let code, let reason):
            guard attempts.hasLasted(seconds: endpoint.retrySeconds), !isEnding else {
                throw EndpointFailure(
                    error: SluiceError(.serviceFailed, "\(endpoint.address.origin): \(reason)", isRetriable: true),
                    retrySeconds: endpoint.retrySeconds)
            }
            try await keep(sent, code, reason, attempts.made + 1)
        }
        try await putFailures(failures)
        guard endpoint.backsUpAll else { return }
        let bytes = Compressing.compress(records.joined(plan.processing.delimiter), plan.s3.compression)
        try await put(bytes, records.oldestMicros, "backup", [:], to: plan.s3)
    }

    /// The records with the reason, below the error prefix.
    private func keep(_ records: RecordPile, _ code: String, _ reason: String, _ attempts: Int) async throws {
        var failures = FailedRecords(nowMicros: scope.world.clock.nowMicros())
        for row in 0..<records.count {
            let failed = FailedRecord(
                data: Array(records[row]), micros: records.arrivals[row], code: code, message: reason, attempts: attempts)
            failures.add(failed, "http-endpoint-failed")
        }
        try await putFailures(failures)
        scope.world.tell(
            "firehose \(stream.name): the endpoint did not take \(records.count) records, which are in the bucket now: \(reason)")
    }

    private func post(_ records: RecordPile, _ endpoint: EndpointTarget, isEnding: Bool) async throws -> Verdict {
        let id = names.id("request")
        var request = WebRequest("POST", endpoint.address, label: "firehose \(stream.name)")
        request.answerBytes = FirehoseLimits.answerBytes
        request.headers = [
            ("Content-Type", "application/json"), ("X-Amz-Firehose-Protocol-Version", "1.0"), ("X-Amz-Firehose-Request-Id", id),
            ("X-Amz-Firehose-Source-Arn", scope.id.arn(stream.name)),
        ]
        let key = try accessKey()
        if let key { request.headers.append(("X-Amz-Firehose-Access-Key", key)) }
        if !endpoint.attributes.isEmpty {
            let attributes = WireValue.object(endpoint.attributes.map { .init($0.name, .text($0.value)) })
            let text = WireFormat.json.encode(.structure(["commonAttributes": attributes]))
            request.headers.append(("X-Amz-Firehose-Common-Attributes", String(decoding: text, as: UTF8.self)))
        }
        var body = self.body(records, id)
        if endpoint.isZipped {
            body = body.withUnsafeBytes { BlockCodec.gzip.compress($0) }
            request.headers.append(("Content-Encoding", "gzip"))
        }
        request.body = body
        let seconds = isEnding ? FirehoseLimits.lastAnswerSeconds : FirehoseLimits.answerSeconds
        do throws(WebFailure) {
            return verdict(try await PooledTransport().send(request, timeout: .seconds(seconds)), id, hiding: key)
        } catch {
            return Self.verdict(error)
        }
    }

    private func body(_ records: RecordPile, _ id: String) -> [UInt8] {
        var body = Array("{\"requestId\":\"\(id)\",\"timestamp\":\(scope.world.clock.nowMicros() / 1_000),\"records\":[".utf8)
        let delimiter = plan.processing.delimiter ?? []
        for row in 0..<records.count {
            if row > 0 { body.append(UInt8(ascii: ",")) }
            body += "{\"data\":\"".utf8
            if delimiter.isEmpty {
                Base64.append(records[row], to: &body)
            } else {
                Base64.append(Array(records[row]) + delimiter, to: &body)
            }
            body += "\"}".utf8
        }
        body += "]}".utf8
        return body
    }

    private func accessKey() throws -> String? {
        guard let text = sealedAccessKey, let sealed = Base64.decode(Array(text.utf8)) else { return nil }
        let cipher = SecretCipher(home: scope.world.directory)
        return String(decoding: try cipher.open(sealed, name: stream.secretName(scope.id)), as: UTF8.self)
    }

    /// - Parameter key: Is not repeated where the endpoint says it.
    private func verdict(_ answer: WebAnswer, _ id: String, hiding key: String?) -> Verdict {
        var shown = String(decoding: answer.body, as: UTF8.self)
        if let key, !key.isEmpty { shown = shown.replacing(key, with: "***") }
        shown = String(decoding: shown.utf8.prefix(FirehoseLimits.shownAnswerBytes), as: UTF8.self)
        let told = "The following response was received from the endpoint destination. \(answer.status): \(shown)"
        switch answer.status {
        case 200:
            guard let node = try? JSONParser.parse(answer.body), node["requestId"]?.string == id else {
                return .failed(
                    code: "HttpEndpoint.InvalidResponseFromDestination", "the answer is no JSON with the requestId of the request: \(shown)"
                )
            }
            return .taken
        case 413: return .refused(code: "HttpEndpoint.RequestTooLarge", told)
        default: return .failed(code: "HttpEndpoint.DestinationException", told)
        }
    }

    private static func verdict(_ failure: WebFailure) -> Verdict {
        switch failure {
        case .cancelled, .timedOut: .failed(code: "HttpEndpoint.RequestTimeout", "there was no answer in time")
        case .unreachable(let reason): .failed(code: "HttpEndpoint.ConnectionFailed", reason)
        case .untrusted(let reason): .failed(code: "HttpEndpoint.SSLHandshakeFailure", reason)
        case .answerTooLong(let limit): .failed(code: "HttpEndpoint.ResponseTooLarge", "the answer has more than \(limit) bytes")
        }
    }
}

/// An endpoint did not take records, and has some time left to do so.
struct EndpointFailure: Error {
    let error: SluiceError
    /// How long it is tried, from the first attempt on.
    let retrySeconds: Int
}
