import SluiceHTTP

/// An endpoint that takes records over HTTP.
struct EndpointTarget: Hashable, Sendable {
    var address: WebAddress
    var isZipped: Bool
    var attributes: [Attribute]
    var retrySeconds: Int
    /// All records go to the backup bucket, too, not only those that the endpoint does not take.
    var backsUpAll: Bool
    var sizeBytes: Int
    var intervalSeconds: Int

    struct Attribute: Hashable, Sendable {
        var name: String
        var value: String
    }
}

/// What a destination's document means.
struct DeliveryPlan: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable {
        case s3
        case endpoint
    }

    /// Where records go; for an endpoint, those that it does not take.
    var s3: S3Target
    /// Where records go as they came, besides.
    var backup: S3Target?
    var endpoint: EndpointTarget?
    var processing = Processing()
    var isPartitioned = false
    var conversion: Conversion?

    /// The first of size and interval that is reached makes a delivery due.
    var sizeBytes: Int { endpoint?.sizeBytes ?? s3.sizeBytes }
    var intervalSeconds: Int { endpoint?.intervalSeconds ?? s3.intervalSeconds }
}
