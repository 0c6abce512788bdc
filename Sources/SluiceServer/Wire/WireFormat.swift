import SluiceJSON

/// What requests and answers of a service are encoded in.
package enum WireFormat: Hashable, Sendable {
    case json
    case cbor

    package func decode(_ bytes: [UInt8]) throws(ServiceFault) -> WireValue {
        // A request without members may come without a body.
        if bytes.isEmpty { return .object([]) }
        switch self {
        case .json:
            do throws(JSONParser.Failure) {
                return WireValue(try JSONParser.parse(bytes))
            } catch {
                throw .serialization(error == .tooDeep ? "the document is nested too deeply" : "the document is no JSON")
            }
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

extension ServiceFault {
    /// The request cannot be read at all.
    package static func serialization(_ message: String) -> ServiceFault { ServiceFault(400, "SerializationException", message) }
}
