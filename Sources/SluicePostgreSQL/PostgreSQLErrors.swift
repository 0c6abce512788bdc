#if PostgreSQL
import CLibPQ
import SluiceCore

/// What a server says about a statement that failed.
struct ServerError {
    /// Five characters, `23505`; empty where the server was not reached (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    var state: String
    var message: String
    var detail: String?
    var hint: String?

    init(_ result: OpaquePointer?, _ connection: OpaquePointer) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        state = result == nil ? "" : field("C") ?? ""
        message = (result == nil ? nil : field("M")) ?? Self.text(PQerrorMessage(connection))
        detail = result == nil ? nil : field("D")
        hint = result == nil ? nil : field("H")
    }

    private static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
        let text = message.map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0.isWhitespace } }
        return lines.isEmpty ? "the connection is closed" : lines.joined(separator: "; ")
    }

    /// - Parameter isConnected: Whether the connection is still good.
    func error(cannot action: String, _ database: String, isConnected: Bool) -> SluiceError {
        let kind = kind(isConnected)
        let code = state.isEmpty ? "" : " (SQLSTATE \(state))"
        return SluiceError(
            kind.code, "cannot \(action) \(database): \(message)" + (detail.map { "; \($0)" } ?? "") + code, remedy: hint ?? kind.remedy,
            isRetriable: kind.isRetriable)
    }

    private func kind(_ isConnected: Bool) -> (code: SluiceError.Code, remedy: String?, isRetriable: Bool) {
        switch state {
        case "55P03", "40001", "40P01", "55006": return (.databaseBusy, "let the transaction that has it locked end", true)
        case "57P01", "57P02", "57P03", "53300": return (.databaseUnreachable, "wait until the server takes connections", true)
        case "42501": return (.databaseStatement, "give the user the right to do so (GRANT)", false)
        case "28000", "28P01": return (.databaseUnreachable, "check the user and the password", false)
        case "3D000": return (.databaseUnreachable, "check the database's name", false)
        case "42P01": return (.notFound, "check the table's name and schema", false)
        case "53100": return (.diskFull, "free space on the server's disk", true)
        default: break
        }
        // A connection that is refused has no SQLSTATE in libpq.
        if state.isEmpty, ["authentication failed", "no password supplied"].contains(where: { message.contains($0) }) {
            return (.databaseUnreachable, "check the user and the password", false)
        }
        switch state.prefix(2) {
        case "23", "22": return (.databaseConstraint, nil, false)
        case "08", "53", "58": return (.databaseUnreachable, nil, true)
        case "": return (.databaseUnreachable, "check host, port and network, and that the server runs", true)
        default: return isConnected ? (.databaseStatement, nil, false) : (.databaseUnreachable, nil, true)
        }
    }
}

// The same names as those of other databases, which no target above both imports from here.
extension SluiceError.Code {
    static let databaseBusy = Self("database-busy")
    static let databaseConstraint = Self("database-constraint")
    static let databaseStatement = Self("database-statement")
    static let databaseUnreachable = Self("database-unreachable")
}
#endif
