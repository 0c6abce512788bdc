import SluiceCore

/// The places of names in the order in which they were seen: one after another while there are few, by hash from then on.
struct NamePlaces: Hashable, Sendable {
    /// Names up to which a search from the start is faster.
    private static let few = 16

    private var names: [ExactText] = []
    /// Empty while there are few.
    private var places: [ExactText: Int] = [:]

    /// The place of a name, which is the next one for a name that was not seen before.
    mutating func place(of name: String) -> Int {
        let name = ExactText(name)
        if let place = places.isEmpty ? names.firstIndex(of: name) : places[name] { return place }
        names.append(name)
        if names.count > Self.few {
            if places.isEmpty { for (place, name) in names.enumerated() { places[name] = place } }
            places[name] = names.count - 1
        }
        return names.count - 1
    }
}
