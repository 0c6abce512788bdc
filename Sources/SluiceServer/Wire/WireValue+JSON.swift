import SluiceCore
package import SluiceJSON

extension WireValue {
    package init(_ node: JSONNode) {
        switch node {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .number(let digits):
            let text = String(decoding: digits, as: UTF8.self)
            // Requests have none beyond a double; in a record it is data, and stays as it is written.
            if let whole = Int64(text) {
                self = .integer(whole)
            } else if let number = Double(text), number.isFinite {
                self = .real(number)
            } else {
                self = .text(text)
            }
        case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
        case .list(let elements): self = .list(elements.map(WireValue.init))
        case .object(let members): self = .object(members.map { Member($0.name, WireValue($0.value)) })
        }
    }

    /// Appends the value as JSON without blanks. A number that JSON cannot say is a text (Smithy, "AWS JSON 1.1 protocol", "Shape serialization").
    package func appendJSON(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .real(let value) where value.isFinite: bytes += value.description.utf8
        case .real(let value): bytes += (value.isNaN ? #""NaN""# : value < 0 ? #""-Infinity""# : #""Infinity""#).utf8
        case .text(let text): JSONText.appendString(text.utf8, to: &bytes)
        case .bytes(let value):
            bytes.append(UInt8(ascii: "\""))
            Base64.append(value, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .time(let micros): Self.appendSeconds(micros, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.appendJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.appendString(member.name.utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Seconds with three places, which services give.
    package static func appendSeconds(_ micros: Int64, to bytes: inout [UInt8]) {
        let millis = Int64((Double(micros) / 1_000).rounded(.down))
        let (seconds, rest) = millis.quotientAndRemainder(dividingBy: 1_000)
        if seconds == 0, rest < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes += String(seconds).utf8
        bytes.append(UInt8(ascii: "."))
        let fraction = abs(rest)
        for unit in [100, 10, 1] as [Int64] { bytes.append(UInt8(ascii: "0") + UInt8(fraction / unit % 10)) }
    }
}
