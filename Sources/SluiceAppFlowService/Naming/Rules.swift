import SluiceSaaS
import SluiceServer

/// What members of requests must be. Source: the API model of 2020-08-23.
enum Rules {
    static let flowName = TextRule(
        length: 1...256,
        pattern: (
            #"[a-zA-Z0-9][\w!@#.-]+"#,
            { text in
                text.utf8.count > 1 && text.utf8.first.map(isLetterOrDigit) == true && text.utf8.allSatisfy { isWord($0, or: "!@#.-") }
            }
        ))
    static let label = flowName
    static let profileName = TextRule(
        length: 1...256, pattern: (#"[\w/!@#+=.-]+"#, { !$0.isEmpty && $0.utf8.allSatisfy { isWord($0, or: "/!@#+=.-") } }))
    static let flowDescription = TextRule(
        length: 0...2_048, pattern: (#"[\w!@#\-.?,\s]*"#, { $0.utf8.allSatisfy { isWord($0, or: "!@#-.?,") || isBlank($0) } }))
    static let description = TextRule(
        length: 0...1_024, pattern: (#"[\s\w/!@#+=.-]*"#, { $0.utf8.allSatisfy { isWord($0, or: "/!@#+=.-") || isBlank($0) } }))
    static let clientToken = TextRule(
        length: 1...256, pattern: ("[ -~]+", { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } }))
    static let token = solid(2_048)
    static let bucket = TextRule(length: 3...63, pattern: (#"\S+"#, isSolid))
    static let prefix = TextRule(length: 0...512)
    static let object = solid(512)
    static let entity = solid(1_024)
    static let entitiesPath = TextRule(length: 0...256)
    static let apiVersion = solid(256)
    static let field = TextRule(length: 0...2_048)
    static let destinationField = TextRule(length: 0...256)
    static let idField = solid(128)
    static let property = TextRule(length: 1...2_048)
    static let anyText = TextRule(length: 0...2_048)
    static let expression = TextRule(length: 0...256)
    static let execution = solid(256)
    static let arn = TextRule(length: 0...512, pattern: ("arn:aws:.*:.*:[0-9]+:.*", { isARN($0) }))
    static let role = TextRule(length: 0...512, pattern: ("arn:aws:iam:.*:[0-9]+:.*", { isARN($0, of: "iam") }))
    static let key = TextRule(length: 20...2_048, pattern: ("arn:aws:kms:.*:[0-9]+:.*", { isARN($0, of: "kms") }))
    static let secretARN = TextRule(
        length: 20...2_048, pattern: ("arn:aws:secretsmanager:.*:[0-9]+:.*", { isARN($0, of: "secretsmanager") }))
    static let instance = solid(256)
    static let url = TextRule(
        length: 0...256,
        pattern: (
            "^(https?)://[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]", { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
        ))
    /// Without constraints, because a message about a broken one shows the value.
    static let credential = TextRule()
    static let mapKey = TextRule(length: 1...128, pattern: (#"[\w]+"#, { !$0.isEmpty && $0.utf8.allSatisfy { isWord($0, or: "") } }))
    static let mapValue = solid(2_048)
    static let tagKey = TextRule(
        length: 1...128, pattern: ("^(?!aws:)[a-zA-Z+-=._:/]+$", { !$0.hasPrefix("aws:") && $0.utf8.allSatisfy(isTagByte) }))
    static let tagValue = TextRule(length: 0...256)
    static let databaseName = TextRule(length: 0...255)
    static let tablePrefix = TextRule(length: 0...128)

    static let connectorType = TextRule(values: ConnectorKind.modelTypes)
    static let mode = TextRule(values: ["Public", "Private"])

    private static func solid(_ most: Int) -> TextRule { TextRule(length: 0...most, pattern: (#"\S+"#, isSolid)) }

    @Sendable private static func isSolid(_ text: String) -> Bool { !text.isEmpty && !text.contains(where: \.isWhitespace) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isWord(_ byte: UInt8, or others: String) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || others.utf8.contains(byte)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// `+-=` is a range of the pattern.
    @Sendable private static func isTagByte(_ byte: UInt8) -> Bool {
        (0x2B...0x3D).contains(byte) || isLetterOrDigit(byte) || "._:/".utf8.contains(byte)
    }

    private static func isARN(_ text: String, of service: String? = nil) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && parts[1] == "aws" && (service.map { parts[2] == $0 } ?? true)
            && !parts[4].isEmpty && parts[4].utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
