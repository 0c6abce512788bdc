import SluicePipelines
import SluiceServer

/// Names of the scheduler's jobs that stand for what clients made: `glue-load` is the job `load`.
///
/// A job of the scheduler is a folder of logs and a name on command lines, and so has letters, digits, `_` and `-` alone; those of clients are any
/// line. Each other byte of a name is written `_xHH`, as is an underscore that an `x` follows, so that no two names are written alike.
enum LedgerNames {
    /// What a job of the scheduler stands for.
    enum Kind: String, CaseIterable, Sendable {
        case job = "glue-"
        case trigger = "gluetrigger-"
        case crawler = "gluecrawler-"
    }

    /// - Throws: `InvalidInputException` for a name that is too long when it is written so.
    static func text(_ kind: Kind, _ name: String) throws(ServiceFault) -> String {
        guard let text = short(kind, name) else {
            throw Faults.invalid(
                "\(name) is too long a name here: with other characters than letters, digits, _ and - as four each, it may have "
                    + "\(DefinitionLimits.nameCharacters - kind.rawValue.utf8.count).")
        }
        return text
    }

    /// Nil for a name that is too long.
    static func short(_ kind: Kind, _ name: String) -> String? {
        let text = kind.rawValue + escaped(name)
        return DefinitionNode.isName(text) ? text : nil
    }

    /// What a job of the scheduler stands for; nil for one that no client made.
    static func parse(_ text: String) -> (kind: Kind, name: String)? {
        for kind in Kind.allCases where text.hasPrefix(kind.rawValue) {
            if let name = unescaped(text.dropFirst(kind.rawValue.count)) { return (kind, name) }
        }
        return nil
    }

    private static func escaped(_ name: String) -> String {
        let bytes = Array(name.utf8)
        var text = ""
        for (index, byte) in bytes.enumerated() {
            let isPlain = (0x61...0x7A).contains(byte | 0x20) && byte & 0xC0 == 0x40 || (0x30...0x39).contains(byte) || byte == 0x2D
            let isLoneUnderscore = byte == 0x5F && bytes[(index + 1)...].first != 0x78
            if isPlain || isLoneUnderscore {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "_x" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }

    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x5F, rest.first == 0x78 else {
                bytes.append(byte)
                continue
            }
            guard let code = UInt8(Substring(rest.dropFirst().prefix(2)), radix: 16), rest.count >= 3 else { return nil }
            bytes.append(code)
            rest = rest.dropFirst(3)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
