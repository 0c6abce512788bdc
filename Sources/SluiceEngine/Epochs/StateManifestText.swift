import FoundationEssentials

/// The manifest of kept values as JSON.
enum StateManifestText {
    static func encode(_ manifest: StateFiles.Manifest) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(manifest), as: UTF8.self)
    }

    static func decode(_ text: String) throws -> StateFiles.Manifest {
        try JSONDecoder().decode(StateFiles.Manifest.self, from: Data(text.utf8))
    }
}
