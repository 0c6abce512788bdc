import SluiceCore
import SluiceJSON
import SluiceServer

/// What whoever signed a form allows it to hold. Source: S3's API reference, "Creating a POST policy".
struct PostPolicy {
    private enum Condition {
        case equals(name: String, String)
        case startsWith(name: String, String)
        case length(ClosedRange<Int64>)
    }

    private var conditions: [Condition] = []
    /// Of the end of its life, since 1970.
    private var endMicros: Int64

    /// - Parameter text: In base 64, as the form has it.
    /// - Throws: `InvalidPolicyDocument`.
    init(_ text: String) throws(ServiceFault) {
        func invalid(_ reason: String) -> ServiceFault { ServiceFault(400, "InvalidPolicyDocument", "Invalid Policy: \(reason)") }
        guard let bytes = Base64.decode(text.utf8.filter { $0 != 13 && $0 != 10 }), let root = try? JSONParser.parse(bytes) else {
            throw invalid("Invalid JSON.")
        }
        guard let end = root["expiration"]?.string, let micros = S3Time.micros(iso: end) else {
            throw invalid("Invalid 'expiration' value")
        }
        guard case .list(let list)? = root["conditions"] else { throw invalid("Missing 'conditions'") }
        endMicros = micros
        for node in list {
            switch node {
            case .object(let members):
                for member in members {
                    guard let value = member.value.string else { throw invalid("Invalid Simple-Condition") }
                    conditions.append(.equals(name: member.name.lowercased(), value))
                }
            case .list(let words):
                guard let condition = try Self.condition(words) else { throw invalid("Invalid condition") }
                conditions.append(condition)
            default: throw invalid("Invalid condition")
            }
        }
    }

    private static func condition(_ words: [JSONNode]) throws(ServiceFault) -> Condition? {
        guard words.count == 3, let kind = words[0].string?.lowercased() else { return nil }
        if kind == "content-length-range" {
            let bounds = words[1...].compactMap { $0.string.flatMap { Int64($0) } ?? WireValue($0).number }
            guard bounds.count == 2, 0 <= bounds[0], bounds[0] <= bounds[1] else { return nil }
            return .length(bounds[0]...bounds[1])
        }
        guard let name = words[1].string, name.hasPrefix("$"), let value = words[2].string else { return nil }
        let field = name.dropFirst().lowercased()
        return kind == "eq" ? .equals(name: field, value) : kind == "starts-with" ? .startsWith(name: field, value) : nil
    }

    /// How many bytes the file may have.
    var byteCounts: ClosedRange<Int64> {
        conditions.reduce(0...S3ServiceLimits.uploadedBytes) { bounds, condition in
            guard case .length(let range) = condition else { return bounds }
            return range.clamped(to: bounds)
        }
    }

    /// - Parameters:
    ///   - fields: By lower-case name, with `bucket`.
    /// - Throws: `AccessDenied` for a form that is too late, holds something else, or something that no condition names.
    func check(_ fields: [String: String], nowMicros: Int64) throws(ServiceFault) {
        guard nowMicros < endMicros else { throw Self.denied("Policy expired.") }
        var named: Set<String> = Self.unsigned
        for condition in conditions {
            switch condition {
            case .length: break
            case .equals(let name, let value):
                named.insert(name)
                guard fields[name] == value else { throw Self.denied("Policy Condition failed: [\"eq\", \"$\(name)\", \"\(value)\"]") }
            case .startsWith(let name, let value):
                named.insert(name)
                guard fields[name]?.hasPrefix(value) == true else {
                    throw Self.denied("Policy Condition failed: [\"starts-with\", \"$\(name)\", \"\(value)\"]")
                }
            }
        }
        if let extra = fields.keys.sorted().first(where: { !named.contains($0) && !$0.hasPrefix("x-ignore-") }) {
            throw Self.denied("Extra input fields: \(extra)")
        }
    }

    /// Fields that no condition has to name.
    private static let unsigned: Set<String> = ["awsaccesskeyid", "signature", "x-amz-signature", "file", "policy", "bucket"]

    private static func denied(_ reason: String) -> ServiceFault {
        ServiceFault(403, "AccessDenied", "Invalid according to Policy: \(reason)")
    }
}

extension WireValue {
    fileprivate var number: Int64? { if case .integer(let number) = self { number } else { nil } }
}
