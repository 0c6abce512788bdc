import SluiceJSON

/// What requests and answers of a service are encoded in.
package enum WireFormat: Hashable, Sendable {
    case json
    case cbor

    /// The value of a request's body; an empty one is an object without members.
    ///
    /// - Throws: `SerializationException` for what is none, and for numbers that are none of a double (RFC 8259, section 6; RFC 8949, section 3.3).
    package func decode(_ bytes: [UInt8]) throws(ServiceFault) -> WireValue {
        // A request without members may come without a body.
        if bytes.isEmpty { return .object([]) }
        switch self {
        case .json:
            let node: JSONNode
            do throws(JSONParser.Failure) {
                node = try JSONParser.parse(bytes)
            } catch {
                throw .serialization(error == .tooDeep ? "the document is nested too deeply" : "the document is no JSON")
            }
            if let number = node.numberBeyondDoubles { throw .serialization("the number \(number.prefix(40)) is out of range") }
            return WireValue(node)
        case .cbor:
            do throws(CBORDecoder.Failure) {
                return try CBORDecoder.decode(bytes)
            } catch {
                throw .serialization(error == .tooDeep ? "the document is nested too deeply" : "the document is no CBOR")
            }
        }
    }

    package func encode(_ value: WireValue) -> [UInt8] {
        switch self {
        case .json:
            var bytes: [UInt8] = []
            value.appendJSON(to: &bytes)
            return bytes
        case .cbor: return CBOREncoder.encode(value)
        }
    }

    /// Of the payload of an event.
    package var eventType: String {
        switch self {
        case .json: "application/json"
        case .cbor: "application/cbor"
        }
    }
}

extension JSONNode {
    /// The first number of the document that no double is near to, as it is written; nil where all are finite.
    fileprivate var numberBeyondDoubles: String? {
        switch self {
        case .number(let digits):
            let text = String(decoding: digits, as: UTF8.self)
            return Int64(text) != nil || Double(text)?.isFinite == true ? nil : text
        case .list(let elements): return elements.lazy.compactMap(\.numberBeyondDoubles).first
        case .object(let members): return members.lazy.compactMap(\.value.numberBeyondDoubles).first
        case .null, .boolean, .text: return nil
        }
    }
}

extension ServiceFault {
    /// The request cannot be read at all.
    package static func serialization(_ message: String) -> ServiceFault { ServiceFault(400, "SerializationException", message) }
}
