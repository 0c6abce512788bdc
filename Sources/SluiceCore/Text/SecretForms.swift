/// How a secret may stand in what is printed: as it is, and as addresses, forms, documents and headers write it. Services answer with what they
/// were sent, in whichever of these forms.
enum SecretForms {
    /// A part of base64 below this length is too much like other texts.
    private static let minimumDigits = 10

    /// All of them, each once.
    static func all(_ text: String) -> Set<String> {
        var forms: Set = [text, text.replacing("'", with: "''"), PercentText.encode(text), lowerPercent(text), entities(text)]
        forms.insert(PercentText.encode(text).replacing("%20", with: "+"))
        // Addresses keep more than signatures do.
        forms.insert(percent(text, keeping: "-._~!$&'()*+,;=:@/?"))
        for isASCII in [false, true] {
            for isUpper in [false, true] {
                for marks in ["", "<>&", "<>&'"] {
                    let form = json(text, isUpper: isUpper, isASCII: isASCII, marks: marks)
                    forms.formUnion([form, form.replacing("/", with: #"\/"#)])
                }
            }
        }
        for digits in base64(Array(text.utf8)) {
            forms.formUnion([digits, digits.replacing("+", with: "-").replacing("/", with: "_"), PercentText.encode(digits)])
        }
        return forms
    }

    private static func lowerPercent(_ text: String) -> String {
        text.utf8.map { byte in
            let encoded = PercentText.encode(String(decoding: [byte], as: UTF8.self))
            return byte < 0x80 ? (encoded.count == 3 ? encoded.lowercased() : encoded) : "%" + Hexadecimal.text([byte])
        }.joined()
    }

    private static func percent(_ text: String, keeping kept: String) -> String {
        text.unicodeScalars.map { kept.unicodeScalars.contains($0) ? String($0) : PercentText.encode(String($0)) }.joined()
    }

    /// As XML and HTML escape it.
    private static func entities(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("'", with: "&#39;")
    }

    /// Between the quotes of JSON.
    ///
    /// - Parameters:
    ///   - isUpper: Hexadecimal digits are in upper case.
    ///   - isASCII: What is not ASCII is escaped.
    ///   - marks: Other characters that are.
    private static func json(_ text: String, isUpper: Bool, isASCII: Bool, marks: String) -> String {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if (isASCII && !scalar.isASCII) || marks.unicodeScalars.contains(scalar) {
                for unit in String(scalar).utf16 {
                    let digits = Hexadecimal.text([UInt8(unit >> 8), UInt8(unit & 255)])
                    bytes += Array((#"\u"# + (isUpper ? digits.uppercased() : digits)).utf8)
                }
            } else {
                var quoted: [UInt8] = []
                JSONText.appendString(String(scalar).utf8, to: &quoted)
                bytes += quoted.dropFirst().dropLast()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The digits that a secret has in base64 wherever it stands in what is encoded, as a password does behind its user: those that are of nothing
    /// but the secret, for each of the three places in a group.
    private static func base64(_ bytes: [UInt8]) -> [String] {
        (0..<3).compactMap { place in
            let digits = Base64.encode([UInt8](repeating: 0, count: place) + bytes).utf8
            let first = (place * 8 + 5) / 6
            let own = (place + bytes.count) * 8 / 6
            return own - first >= minimumDigits ? String(decoding: Array(digits)[first..<own], as: UTF8.self) : nil
        }
    }
}
