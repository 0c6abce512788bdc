import SluiceCore
import SluicePipelines

/// What a definition says of a table as a sink, whatever database it is in.
struct DatabaseWrite: Sendable {
    var mode: DatabaseMode
    var keys: [String]
    var onNewColumn: NewColumns

    /// - Throws: `missingKey` or `invalidOption`, placed, where mode and keys do not fit.
    init(_ options: OptionValues) throws(SluiceError) {
        mode = try options.enumeration("mode", as: DatabaseMode.self) ?? .append
        keys = try options.strings("keys")
        onNewColumn = try options.enumeration("on_new_column", as: NewColumns.self) ?? .fail
        if mode == .upsert {
            guard !keys.isEmpty else {
                throw SluiceError(
                    .missingKey, "mode: upsert needs keys, which say which rows are one", at: options.location(of: "mode"),
                    remedy: "for example: keys: [id]")
            }
        } else if !keys.isEmpty {
            throw options.invalid(
                "keys", "keys mean nothing with mode: \(mode.rawValue)", remedy: "write mode: upsert to replace rows by their keys")
        }
        for (index, key) in keys.enumerated() where keys[..<index].contains(key) {
            throw options.invalid("keys", "keys names \"\(key)\" twice", remedy: "leave one out")
        }
    }

    var effect: String { mode == .upsert ? "merged by " + keys.joined(separator: ", ") : mode.effect }
}
