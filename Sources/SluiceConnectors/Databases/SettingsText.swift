import FoundationEssentials
import SluiceCore

/// Settings of publications and bookmarks as JSON.
enum SettingsText {
    static func text(_ value: some Encodable) throws(SluiceError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw SluiceError(.invalidArgument, "settings of a database cannot be kept", underlying: error)
        }
    }

    /// - Throws: `stateCorrupt` for a text that `text` did not make.
    static func value<Content: Decodable>(_ type: Content.Type, _ text: some Sequence<UInt8>, of what: String) throws(SluiceError)
        -> Content
    {
        do {
            return try JSONDecoder().decode(type, from: Data(text))
        } catch {
            throw SluiceError(.stateCorrupt, "the state holds a malformed \(what)", remedy: "begin anew with --reset", underlying: error)
        }
    }
}
