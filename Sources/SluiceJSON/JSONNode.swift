/// A value of an answer in JSON. Texts are bytes: much of them is base 64 that never has to be a `String`.
package enum JSONNode: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// As it is written, such as `1.6E9`.
    case number(ArraySlice<UInt8>)
    /// Unescaped, UTF-8.
    case text(ArraySlice<UInt8>)
    case list([JSONNode])
    case object([Member])

    /// A name and a value of an object.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONNode

        package init(name: String, value: JSONNode) {
            self.name = name
            self.value = value
        }
    }

    /// The member of an object; nil where there is none, or it is null.
    package subscript(name: String) -> JSONNode? {
        guard case .object(let members) = self, let value = members.first(where: { $0.name == name })?.value, value != .null else {
            return nil
        }
        return value
    }

    /// Nil unless this is a text.
    package var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// A text's bytes.
    package var bytes: ArraySlice<UInt8>? { if case .text(let bytes) = self { bytes } else { nil } }

    /// Nil unless this is a number without a fraction that fits.
    package var integer: Int? {
        guard case .number(let digits) = self else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        return Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
    }

    /// Nil unless this is a finite number.
    package var double: Double? {
        guard case .number(let digits) = self, let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }

    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The elements of a list; none of what is none.
    package var elements: [JSONNode] { if case .list(let elements) = self { elements } else { [] } }
}
