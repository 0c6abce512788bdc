package import SluiceAWS
package import SluiceCore
import SluiceStreams
import Synchronization

/// Streams of Amazon Kinesis Data Streams, or of anything that speaks its API, behind the protocol that all backends share.
///
/// Calls are made again while the service refuses them because of their number, fails or cannot be reached (`RetryPolicy`), so a put whose
/// answer was lost may be stored twice. Changes return when the stream is active again.
package final class KinesisStreams: StreamBackend {
    /// Codes of the service's error types (API reference).
    private static let codes: [String: SluiceError.Code] = [
        "ResourceNotFoundException": .notFound, "ResourceInUseException": .resourceInUse, "LimitExceededException": .limitExceeded,
        "ProvisionedThroughputExceededException": .throughputExceeded, "ExpiredIteratorException": .expiredIterator,
        "ExpiredNextTokenException": .expiredIterator, "KMSAccessDeniedException": .accessDenied, "KMSDisabledException": .wrongKey,
        "KMSInvalidStateException": .wrongKey, "KMSNotFoundException": .wrongKey, "KMSOptInRequired": .accessDenied,
    ]

    let service: JSONService
    let places = IteratorPlaces()
    /// Through which consumer subscriptions go; nil reads shards again and again.
    let consumerName: String?
    /// Those that are known, by stream.
    let consumers = Mutex<[String: FanOutConsumer]>([:])

    /// - Parameter consumer: The name of a consumer for subscriptions (enhanced fan-out), registered where there is none.
    /// - Throws: `noCredentials`, `invalidOption`: what the settings lack.
    package convenience init(
        _ settings: AWSSettings, consumer: String? = nil, transport: any HTTPTransport = HTTPClientTransport(),
        pacer: RetryPacer = RetryPacer(),
        clock: WallClock = .system
    ) throws(SluiceError) {
        self.init(
            try JSONService(
                JSONService.Description(name: "kinesis", target: "Kinesis_20131202", codes: Self.codes), settings, transport: transport,
                pacer: pacer, clock: clock), consumer: consumer)
    }

    init(_ service: JSONService, consumer: String? = nil) {
        self.service = service
        consumerName = consumer
    }

    /// Where calls go.
    package var endpoint: AWSEndpoint { service.endpoint }

    func body(_ stream: String) -> JSONBody {
        var body = JSONBody()
        body.put("StreamName", stream)
        return body
    }

    /// A member that an answer must have.
    func require<Found>(_ value: Found?, _ name: String, _ operation: String) throws(SluiceError) -> Found {
        if let value { return value }
        throw SluiceError(
            .serviceFailed, "kinesis \(operation) answered without a valid \(name) (\(endpoint))",
            remedy: "check that the endpoint is the service's")
    }

    /// Goes through the pages of a listing.
    ///
    /// - Parameter page: Makes the call for a token, nil for the first page, and returns the next page's; nil at the end.
    func eachPage(_ operation: String, _ page: (String?) async throws(SluiceError) -> String?) async throws(SluiceError) {
        var token: String?
        for _ in 0..<KinesisLimits.pages {
            token = try await page(token)
            if token == nil { return }
        }
        throw SluiceError(.serviceFailed, "kinesis \(operation) answered with more than \(KinesisLimits.pages) pages (\(endpoint))")
    }
}
