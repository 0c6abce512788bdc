import SluiceCore

/// Writes a request's JSON object member by member.
package struct JSONBody: Sendable {
    private var members: [UInt8] = []

    package init() {}

    package mutating func put(_ name: String, _ text: String?) {
        guard let text else { return }
        begin(name)
        JSONText.appendString(text.utf8, to: &members)
    }

    package mutating func put(_ name: String, _ number: Int?) {
        guard let number else { return }
        begin(name)
        members += Array(String(number).utf8)
    }

    package mutating func put(_ name: String, _ boolean: Bool) {
        begin(name)
        members += Array(String(boolean).utf8)
    }

    /// A time as JSON-1.1 has it: seconds since 1970, with the fraction.
    package mutating func put(_ name: String, micros: Int64) {
        begin(name)
        let fraction = String(micros % 1_000_000)
        members += Array("\(micros / 1_000_000).\(String(repeating: "0", count: 6 - fraction.utf8.count))\(fraction)".utf8)
    }

    /// Bytes in base 64.
    package mutating func put(_ name: String, base64 bytes: ArraySlice<UInt8>) {
        begin(name)
        members.append(UInt8(ascii: "\""))
        Base64.append(bytes, to: &members)
        members.append(UInt8(ascii: "\""))
    }

    package mutating func put(_ name: String, _ body: JSONBody) {
        begin(name)
        members += body.bytes
    }

    package mutating func put(_ name: String, _ bodies: [JSONBody]) {
        begin(name)
        members.append(UInt8(ascii: "["))
        for (index, body) in bodies.enumerated() {
            if index > 0 { members.append(UInt8(ascii: ",")) }
            members.append(UInt8(ascii: "{"))
            members += body.members
            members.append(UInt8(ascii: "}"))
        }
        members.append(UInt8(ascii: "]"))
    }

    package mutating func put(_ name: String, texts: [String]) {
        begin(name)
        members.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { members.append(UInt8(ascii: ",")) }
            JSONText.appendString(text.utf8, to: &members)
        }
        members.append(UInt8(ascii: "]"))
    }

    /// The whole object.
    package var bytes: [UInt8] { [UInt8(ascii: "{")] + members + [UInt8(ascii: "}")] }

    private mutating func begin(_ name: String) {
        if !members.isEmpty { members.append(UInt8(ascii: ",")) }
        JSONText.appendString(name.utf8, to: &members)
        members.append(UInt8(ascii: ":"))
    }
}
