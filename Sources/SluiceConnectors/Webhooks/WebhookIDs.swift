import Crypto
import SluiceCore
import SluiceJSON
import SluiceLog

/// Where a webhook says its id, by which one that is sent again is known.
enum WebhookIDPlace: Hashable, Sendable {
    /// By lower-case name.
    case header(String)
    /// A member of the body's JSON, by the names that lead to it.
    case body([String])
    /// Nowhere: each request is a record.
    case nowhere

    /// As the senders document it.
    init(of scheme: WebhookSignature.Scheme) {
        self =
            switch scheme {
            case .stripe: .body(["id"])
            case .slack: .body(["event_id"])
            case .github: .header("x-github-delivery")
            case .zendesk: .header("x-zendesk-webhook-invocation-id")
            case .pagerduty: .body(["event", "id"])
            case .hmac, .none: .nowhere
            }
    }

    /// `header X-Request-Id`, or a path into the body such as `event.id`.
    init(parsing text: String) {
        let words = text.split(separator: " ")
        if words.count == 2, words[0] == "header" {
            self = .header(words[1].lowercased())
        } else {
            self = .body(text.split(separator: ".").map(String.init))
        }
    }

    /// Nil where the request says none.
    func id(_ headers: [String: String], _ body: [UInt8]) -> String? {
        switch self {
        case .nowhere: return nil
        case .header(let name): return headers[name].flatMap { $0.isEmpty ? nil : $0 }
        case .body(let path):
            let scanner = JSONScanner(body)
            guard let document = try? scanner.document(), let place = try? scanner.find(path, in: document) else { return nil }
            return (try? scanner.text(place)).flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}

/// The ids that came last, of which each is stored once.
struct SeenWebhooks {
    enum Finding: Hashable {
        case new, stored
        /// Another request with the id is on its way to the disk.
        case underWay
    }

    private var states: [String: Bool] = [:]
    /// In the order in which they came, from `first` on.
    private var order: [String] = []
    private var first = 0
    private let limit: Int

    init(limit: Int = WebhookLimits.ids) { self.limit = limit }

    /// Notes an id that comes.
    mutating func begin(_ key: String) -> Finding {
        if let isStored = states[key] { return isStored ? .stored : .underWay }
        states[key] = false
        return .new
    }

    mutating func stored(_ key: String) {
        states[key] = true
        order.append(key)
        guard order.count - first > limit else { return }
        states[order[first]] = nil
        first += 1
        if first > limit {
            order.removeFirst(first)
            first = 0
        }
    }

    mutating func failed(_ key: String) { states[key] = nil }

    /// The ids of the newest records of a stream, which are their keys.
    init(of stream: RecordStream) async throws(SluiceError) {
        self.init()
        for shard in stream.shardNumbers {
            let (horizon, end) = (try stream.horizon(shard), try stream.endSequence(shard: shard))
            let count = UInt64(limit)
            var reader = try stream.reader(shard: shard, from: .sequence(max(horizon, end > count ? end - count : 0)))
            while reader.position < end, let records = try await reader.next() {
                for row in 0..<records.count {
                    let key = String(decoding: records.keys[row], as: UTF8.self)
                    if begin(key) == .new { stored(key) }
                }
            }
        }
    }

    /// An id as the key of a record: itself, or a digest of one that is too long.
    static func key(of id: String) -> String {
        guard id.utf8.count > WebhookLimits.keyBytes else { return id }
        return "sha256:" + Base64.encode(Array(SHA256.hash(data: Array(id.utf8))))
    }
}
