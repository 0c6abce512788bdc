/// Which objects of a list are wanted, by the parameters of the request.
struct StripeFilter: Sendable {
    /// Parameters that compare a member with a text, by list.
    private static let compared: [String: Set<String>] = ["customers": ["email"], "charges": ["customer"], "events": ["type"]]
    private static let paging: Set<String> = ["limit", "starting_after", "ending_before", "expand"]

    /// When objects were made, in seconds since 1970.
    private(set) var created = Int.min...Int.max
    private(set) var equals: [(name: String, value: String)] = []

    /// Why a request is refused.
    struct Refusal: Error {
        var code: String
        var words: String
    }

    init(_ request: MockRequest, _ list: String) throws(Refusal) {
        var (low, high) = (Int.min, Int.max)
        for (name, value) in request.parameters where !Self.paging.contains(name) && !name.hasPrefix("expand[") {
            if Self.compared[list]?.contains(name) == true {
                equals.append((name, value))
                continue
            }
            guard ["created", "created[gt]", "created[gte]", "created[lt]", "created[lte]"].contains(name) else {
                throw Refusal(code: "parameter_unknown", words: "Received unknown parameter: \(name)")
            }
            guard let time = Int(value), (-1_000_000_000_000...1_000_000_000_000).contains(time) else {
                throw Refusal(code: "parameter_invalid_integer", words: "Invalid integer: \(value)")
            }
            switch name {
            case "created[gt]": low = max(low, time + 1)
            case "created[gte]": low = max(low, time)
            case "created[lt]": high = min(high, time - 1)
            case "created[lte]": high = min(high, time)
            default: (low, high) = (max(low, time), min(high, time))
            }
        }
        // A stretch without a moment takes nothing: there is no object of the first moment.
        created = low <= high ? low...high : Int.min...Int.min
    }
}
