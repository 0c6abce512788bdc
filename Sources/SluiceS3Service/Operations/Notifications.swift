import SluiceBuckets
import SluiceServer

extension S3Operation {
    /// The setting's name in the store, and the parameter of the query.
    private static let notification = "notification"

    static let notifications: [S3Operation] = [
        S3Operation("GetBucketNotificationConfiguration", "GET", .bucket, mark: notification) { call in
            do {
                return ServiceResponse(200, type: "application/xml", try call.store.setting(call.bucketName, notification))
            } catch BucketFailure.noSuchSetting {
                return XMLWriter("NotificationConfiguration").response()
            }
        },
        S3Operation("PutBucketNotificationConfiguration", "PUT", .bucket, mark: notification) { call in
            _ = try call.store.bucket(call.bucketName)
            let document = try NotificationDocument(try await call.documentBytes(upTo: S3ServiceLimits.documentBytes))
            try checkDestinations(of: document, call)
            let isEmpty = document.functions.isEmpty
            try await call.store.setWatches(
                call.bucketName, notification, isEmpty ? nil : document.text.bytes, document.watches)
            return ServiceResponse(200, HeaderFields(), .bytes([]))
        },
    ]

    /// Jobs and workflows have to be there, as functions have to be, unless the request does not want that looked at.
    private static func checkDestinations(of document: NotificationDocument, _ call: S3Call) throws {
        guard !document.functions.isEmpty else { return }
        guard let taker = call.events else { throw ServiceFault.notImplemented("notifications; this server runs no jobs") }
        if call.header("x-amz-skip-destination-validation")?.lowercased() == "true" { return }
        for function in document.functions where try !taker.has(function.target) {
            let missing =
                switch function.target {
                case .job(let name): "there is no job \(name) in the state directory"
                case .workflow(let name): "there is no workflow \(name) that an EVENT trigger starts"
                }
            throw ServiceFault.invalidArgument(
                "LambdaFunctionArn", function.arn, "Unable to validate the following destination configurations: \(missing)")
        }
    }
}
