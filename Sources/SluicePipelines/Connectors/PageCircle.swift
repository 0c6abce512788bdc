/// Finds pages that lead in a circle, which have no end: one place of those that led on is held, and another one after twice as many pages (Brent).
///
/// - Complexity: O(1) for each page; a circle is found when it was gone round three times at most.
package struct PageCircle: Sendable {
    private var held: String?
    /// Pages behind the held place, and how many there may be before another one is held.
    private var (steps, span) = (0, 1)

    package init() {}

    /// Whether a place closes a circle.
    ///
    /// - Parameter place: What leads to the next page.
    package mutating func closes(at place: String) -> Bool {
        if place == held { return true }
        steps += 1
        if steps >= span {
            held = place
            (steps, span) = (0, span * 2)
        }
        return false
    }
}
