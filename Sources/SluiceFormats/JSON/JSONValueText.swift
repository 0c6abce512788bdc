package import SluiceCore

/// Small JSON documents as values, such as those that the catalog keeps.
package enum JSONValueText {
    /// Nil for a text that is no JSON.
    package static func value(_ text: String) -> Value? { try? JSONReader.value(Array(text.utf8)) }
}
