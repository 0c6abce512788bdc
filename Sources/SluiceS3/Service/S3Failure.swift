import SluiceAWS

/// Reads what S3 says of a call that did not succeed: an `Error` element, or only a status where the answer has no body.
enum S3Failure {
    /// - Parameter region: Where the bucket is, as the answer says.
    static func failure(_ answer: HTTPAnswer, method: String) -> (failure: ServiceFailure, region: String?) {
        let error = method == "HEAD" || answer.body.isEmpty ? nil : try? XMLParser.parse(answer.body)
        let id = answer.headers["x-amz-request-id"] ?? error?["RequestId"]
        let region = answer.headers["x-amz-bucket-region"] ?? error?["Region"]
        if let error, error.name == "Error", let code = error["Code"] {
            return (ServiceFailure(.refused(status: answer.status, type: code, message: error["Message"] ?? ""), requestID: id), region)
        }
        guard answer.body.isEmpty || method == "HEAD", let type = types[answer.status] else {
            let start = String(decoding: answer.body.prefix(AWSLimits.quotedBytes), as: UTF8.self)
            return (ServiceFailure(.malformed(status: answer.status, start), requestID: id), region)
        }
        return (ServiceFailure(.refused(status: answer.status, type: type, message: ""), requestID: id), region)
    }

    /// The error that an answer of status 200 has as its body.
    static func lateFailure(_ answer: HTTPAnswer) -> ServiceFailure? {
        let id = answer.headers["x-amz-request-id"]
        guard let root = try? XMLParser.parse(answer.body) else {
            // Whatever a proxy sent in its place, the call may have done its work, and is one that can be made again.
            return ServiceFailure(
                .malformed(status: 502, String(decoding: answer.body.prefix(AWSLimits.quotedBytes), as: UTF8.self)), requestID: id)
        }
        guard root.name == "Error" else { return nil }
        let status = root["Code"] == "InternalError" ? 500 : 400
        return ServiceFailure(
            .refused(status: status, type: root["Code"] ?? "", message: root["Message"] ?? ""), requestID: id ?? root["RequestId"])
    }

    /// What a status without a body means.
    private static let types: [Int: String] = [
        301: "PermanentRedirect", 307: "TemporaryRedirect", 304: "PreconditionFailed", 400: "BadRequest", 403: "AccessDenied",
        404: "NotFound", 409: "ConditionalRequestConflict", 412: "PreconditionFailed", 416: "InvalidRange", 500: "InternalError",
        501: "NotImplemented", 503: "SlowDown",
    ]
}
