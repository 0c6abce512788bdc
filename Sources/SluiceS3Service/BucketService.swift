package import SluiceBuckets
package import SluiceServer
import Synchronization

/// S3 on the port: unchanged clients of S3 work with the buckets of a store.
package final class BucketService: Service {
    package let name = "s3"
    package let intake = BodyIntake.streamed
    package let answersPreflight = true
    let store: BucketStore
    /// Checks signatures of forms; nil where no keys are configured.
    private let forms: FormSignatures?
    /// Whether a request without a signature is only for what everybody may read.
    var wantsSignatures: Bool { forms != nil }
    let events: EventTaker?
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameters:
    ///   - keys: Secrets by access key; without any, nothing needs a signature.
    ///   - events: Who takes events of objects; nil: nobody.
    package init(_ store: BucketStore, keys: [String: String] = [:], events: EventTaker? = nil) {
        self.store = store
        self.events = events
        forms = keys.isEmpty ? nil : FormSignatures(keys: keys)
    }

    /// Whatever is signed for S3, and what is not signed at all.
    package func takes(_ head: RequestHead, signedFor service: String?) -> Bool { service == nil || service == "s3" }

    package func operation(of head: RequestHead) -> String {
        if head.method == "OPTIONS" { return "Preflight" }
        let address = S3Address(head)
        return (try? S3Operation.find(head, head.query, Self.level(address)).name) ?? "Unknown"
    }

    /// Reads may be for everybody, as the policy decides; forms are signed inside.
    package func isOpenToAll(_ head: RequestHead) -> Bool {
        ["GET", "HEAD", "OPTIONS"].contains(head.method)
            || head.method == "POST" && head.headers["Content-Type"]?.lowercased().hasPrefix("multipart/form-data") == true
    }

    package func isShort(_ operation: String) -> Bool { true }

    package func hostResource(of head: RequestHead) -> String? { head.headers["Host"].flatMap(S3Address.bucket(ofHost:))?.bucket }

    package func respond(to request: ServiceRequest) async throws -> ServiceResponse {
        let address = S3Address(request.head)
        guard !address.isMalformed else { throw ServiceFault.invalidURI }
        let query = request.head.query
        if request.head.method == "OPTIONS" { return try preflight(request.head, address) }
        // Websites look at no query.
        let call = S3Call(store, request, address.isWebsite ? QueryItems("") : query, address, events: events, forms: forms)
        do {
            var response: ServiceResponse
            if address.isWebsite {
                response = try await website(call, address)
            } else {
                let operation = try S3Operation.find(request.head, query, Self.level(address))
                if let bucket = address.bucket {
                    try admit(call, operation, bucket)
                } else if wantsSignatures, request.signature == nil {
                    throw ServiceFault.accessDenied
                }
                response = try await operation.run(call)
            }
            mark(&response.headers, request.head, address, request.id)
            return response
        } catch let failure as BucketFailure {
            throw ServiceFault(failure, call.bucketName, method: request.head.method)
        }
    }

    private static func level(_ address: S3Address) -> S3Operation.Level {
        address.bucket == nil ? .service : address.key.isEmpty ? .bucket : .object
    }

    /// Lets the owner of a bucket in, and everybody where the policy says so.
    private func admit(_ call: S3Call, _ operation: S3Operation, _ bucket: String) throws {
        if let expected = call.header("x-amz-expected-bucket-owner"), let owner = try? store.bucket(bucket).owner, owner != expected {
            throw ServiceFault.accessDenied
        }
        guard operation.name != "CreateBucket", !operation.admitsCallers else { return }
        let isOwn = try store.bucket(bucket).owner == call.request.caller.account
        if isOwn, !wantsSignatures || call.request.signature != nil { return }
        guard let action = operation.publicAction(call.query) else { throw ServiceFault.accessDenied }
        let resource = "arn:aws:s3:::\(bucket)" + (operation.level == .object ? "/" + (try call.key.text) : "")
        guard isOpenToAll(bucket, action, resource) else { throw ServiceFault.accessDenied }
    }

    /// Whether everybody may do something with a resource of a bucket: as its policy says, unless its public access is restricted.
    func isOpenToAll(_ bucket: String, _ action: String, _ resource: String) -> Bool {
        let policy = (try? store.setting(bucket, "policy")).flatMap(BucketPolicy.init)
        guard let policy, policy.allowsEverybody(action, resource) else { return false }
        return !PublicAccessBlock(of: bucket, in: store).restrictsBucket
    }

    /// What every answer has, and what pages of browsers are told.
    private func mark(_ headers: inout HeaderFields, _ head: RequestHead, _ address: S3Address, _ id: String) {
        headers["x-amz-request-id"] = id
        headers["x-amz-id-2"] = id
        guard let origin = head.headers["Origin"], let bucket = address.bucket, let setting = try? store.setting(bucket, "cors"),
            let told = (try? CORSRules(setting))?.headers(origin: origin, method: head.method)
        else { return }
        for (name, value) in told { headers[name] = value }
    }

    private func preflight(_ head: RequestHead, _ address: S3Address) throws(ServiceFault) -> ServiceResponse {
        guard let origin = head.headers["Origin"], let method = head.headers["Access-Control-Request-Method"] else {
            throw ServiceFault(400, "BadRequest", "Insufficient information. Origin request header needed.")
        }
        let asked = (head.headers["Access-Control-Request-Headers"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        guard let bucket = address.bucket, let setting = try? store.setting(bucket, "cors"),
            let told = (try? CORSRules(setting))?.headers(origin: origin, method: method, asked: asked)
        else { throw ServiceFault(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed.") }
        return ServiceResponse(200, HeaderFields(told), .bytes([]))
    }

    // MARK: Errors

    package func fault(for refusal: LayerRefusal) -> ServiceFault {
        switch refusal {
        case .foreignOrigin:
            ServiceFault(
                403, "AccessForbidden",
                "CORSResponse: pages of this origin may not use the port, whatever the bucket says; allow it with --cors-origin")
        case .unsigned: .accessDenied
        case .unknownKey(let key):
            ServiceFault(
                403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
                details: [("AWSAccessKeyId", key)])
        case .malformedSignature(let message): ServiceFault(400, "AuthorizationHeaderMalformed", message)
        case .malformedAddress(let message): ServiceFault(400, "AuthorizationQueryParametersError", message)
        case .unsignedHeaders(let names):
            ServiceFault(
                403, "AccessDenied", "There were headers present in the request which were not signed",
                details: [("HeadersNotSigned", names.joined(separator: ", "))])
        case .wrongSignature: ChunkSignatures.wrong
        case .skewedClock:
            ServiceFault(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
        case .expiredAddress: ServiceFault(403, "AccessDenied", "Request has expired")
        case .bodyTooLarge(let limit):
            ServiceFault(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", details: [("MaxSizeAllowed", "\(limit)")])
        case .cutBody:
            ServiceFault(
                400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period.")
        case .wrongPayloadHash:
            ServiceFault(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
        case .internalFailure: ServiceFault(500, "InternalError", "We encountered an internal error. Please try again.")
        }
    }

    package func response(to fault: ServiceFault, _ head: RequestHead, id: String) -> ServiceResponse {
        var headers = fault.headers
        mark(&headers, head, S3Address(head), id)
        guard head.method != "HEAD", fault.status != 304 else { return ServiceResponse(fault.status, headers, .none(length: nil)) }
        if S3Address(head).isWebsite {
            headers["Content-Type"] = "text/html; charset=utf-8"
            return ServiceResponse(fault.status, headers, .bytes(Self.page(of: fault, id)))
        }
        let document = XMLWriter("Error", isPlain: true) { document in
            document.add("Code", fault.code)
            document.add("Message", fault.message)
            for detail in fault.details { document.add(detail.name, detail.value) }
            document.add("Resource", head.rawPath)
            document.add("RequestId", id)
            document.add("HostId", id)
        }
        headers["Content-Type"] = "application/xml"
        return ServiceResponse(fault.status, headers, .bytes(document.bytes))
    }

    // MARK: Life

    package func reset() async throws { try await store.reset() }

    package func close() async {
        let ended = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in ended { task.cancel() }
        for task in ended { await task.value }
        await store.close()
    }

    /// Removes what the rules of all buckets say.
    private static func expire(in store: BucketStore) async {
        for bucket in (try? store.buckets()) ?? [] {
            let setting = try? store.setting(bucket.name, BucketInfo.lifecycle)
            guard let setting else { continue }
            _ = try? await store.expire(bucket.name, LifecycleDocument.stored(setting))
        }
    }

    /// What has expired by the new time is gone when the test goes on.
    package func timeMoved() async { await Self.expire(in: store) }

    /// Takes in files that other programs put into the folders, removes what expires, now and then, and delivers events, until the service is
    /// closed.
    package func beginUpkeep() {
        let task = Task { [store] in
            for bucket in (try? store.buckets()) ?? [] { try? await store.scan(bucket.name) }
            while !Task.isCancelled {
                await Self.expire(in: store)
                try? await Task.sleep(for: .seconds(S3ServiceLimits.sweepSeconds))
            }
        }
        let delivery = events.map { taker in Task { [store] in await EventDelivery(store: store, taker: taker).run() } }
        tasks.withLock { $0 = [task] + [delivery].compactMap(\.self) }
    }
}
