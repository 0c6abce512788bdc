import SluiceCore

extension TableEvidence {
    /// Takes in what a file states of its columns, without reading its rows.
    package mutating func take(_ description: FileDescription, path: String) {
        rows += description.rowCount ?? 0
        for field in description.schema?.fields ?? [] {
            guard let place = place(of: field.name) else { continue }
            update(place) { $0.state(field.type, path: path) }
        }
    }
}
