/// How `mask` hides the values of a column.
public struct Mask: Sendable {
    let node: DefinitionNode

    private init(_ method: String, _ options: [(String, DefinitionNode)]) {
        node = .mapping([("method", .text(method))] + options)
    }

    /// SHA-256 of the salt and the value behind it, as 64 hexadecimal digits.
    public static func hash(salt: String? = nil) -> Mask { Mask("hash", salt.map { [("salt", .text($0))] } ?? []) }

    /// A constant, or null.
    public static func redact(_ value: String? = nil) -> Mask { Mask("redact", value.map { [("value", .text($0))] } ?? []) }

    /// Only the first and last characters stay, the others become `cover` each.
    public static func partial(keepFirst: Int = 0, keepLast: Int = 0, cover: Character = "*") -> Mask {
        Mask("partial", [("keep_first", .integer(keepFirst)), ("keep_last", .integer(keepLast)), ("cover", .text(String(cover)))])
    }
}
