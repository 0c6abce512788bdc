import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

/// A request with what every operation looks at.
struct S3Call: Sendable {
    let store: BucketStore
    /// Who takes events of objects; nil where nobody does.
    let events: EventTaker?
    /// Checks signatures of forms; nil where no keys are configured.
    let forms: FormSignatures?
    let request: ServiceRequest
    /// Of the request, or what stands for it.
    private(set) var head: RequestHead
    let query: QueryItems
    /// Empty for the service itself.
    let bucketName: String
    private let keyBytes: [UInt8]

    init(
        _ store: BucketStore, _ request: ServiceRequest, _ query: QueryItems, _ address: S3Address, events: EventTaker? = nil,
        forms: FormSignatures? = nil
    ) {
        self.store = store
        self.events = events
        self.forms = forms
        self.request = request
        head = request.head
        self.query = query
        bucketName = address.bucket ?? ""
        keyBytes = address.key
    }

    /// The call with another head.
    func with(_ head: RequestHead) -> S3Call {
        var call = self
        call.head = head
        return call
    }

    /// - Throws: `KeyTooLongError`, `InvalidURI` for bytes that are no UTF-8.
    var key: ObjectKey {
        get throws(ServiceFault) {
            if let key = ObjectKey(keyBytes) { return key }
            guard keyBytes.count <= BucketLimits.keyBytes else {
                throw ServiceFault(
                    400, "KeyTooLongError", "Your key is too long",
                    details: [("Size", "\(keyBytes.count)"), ("MaxSizeAllowed", "\(BucketLimits.keyBytes)")])
            }
            throw .invalidURI
        }
    }

    func header(_ name: String) -> String? { head.headers[name] }

    /// The id of a version as answers tell it: the one that stands for none is told only where there are others, or were.
    func told(_ versionID: String, in bucket: String) -> String? {
        if versionID != ObjectVersion.nullID { return versionID }
        return (try? store.bucket(bucket)).flatMap { $0.versioning == .never ? nil : versionID }
    }

    /// Where an object is, for whoever sent the request.
    func address(of key: ObjectKey) -> String {
        let host = request.head.headers["Host"] ?? "localhost"
        let folder = S3Address.bucket(ofHost: host) == nil ? "/" + bucketName : ""
        return "\(request.head.isSecure ? "https" : "http")://\(host)\(folder)/" + PercentText.encode(key.text, keepsSlashes: true)
    }

    /// The version that the query asks for.
    ///
    /// - Throws: `InvalidArgument` for an empty one, and for what no version can have.
    var versionID: String? { get throws(ServiceFault) { try Self.checkedVersion(query["versionId"]) } }

    static func checkedVersion(_ id: String?) throws(ServiceFault) -> String? {
        guard let id else { return nil }
        guard !id.isEmpty else { throw .invalidArgument("versionId", id, "Version id cannot be the empty string") }
        guard ObjectVersion.isID(id) else { throw .invalidArgument("versionId", id, "Invalid version id specified") }
        return id
    }

    /// A number of the query within bounds.
    ///
    /// - Throws: `InvalidArgument`.
    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(ServiceFault) -> Int {
        guard let text = query[name], !text.isEmpty else { return standard }
        guard let number = Int(text), number >= range.lowerBound else {
            throw .invalidArgument(name, text, "Argument \(name) must be an integer between \(range.lowerBound) and 2147483647")
        }
        return min(number, range.upperBound)
    }

    /// The root of a body in XML.
    ///
    /// - Parameter isObject: Whether checksums in headers are of the body.
    /// - Throws: `MalformedXML`, also for entities, document types and endless nesting; `EntityTooLarge`.
    func document(_ root: String, isObject: Bool = true) async throws -> XMLElement {
        let bytes = try await documentBytes(upTo: S3ServiceLimits.documentBytes, isObject: isObject)
        guard let element = try? XMLParser.parse(bytes), element.name == root else { throw ServiceFault.malformedXML }
        return element
    }

    /// The bytes of a body that is held whole, checked against the digests that the request declares.
    func documentBytes(upTo limit: Int, isObject: Bool = true) async throws -> [UInt8] {
        var reader = try ObjectBody(self, isObject: isObject)
        var bytes: [UInt8] = []
        var digests = BodyDigests(reader.algorithms)
        while let part = try await reader.next() {
            guard bytes.count + part.count <= limit else { throw LayerRefusal.bodyTooLarge(limit: limit) }
            part.withUnsafeBytes { digests.update($0) }
            bytes += part
        }
        try reader.check(digests)
        return bytes
    }
}
