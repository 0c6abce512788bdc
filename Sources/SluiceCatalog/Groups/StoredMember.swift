/// A member of a group.
package struct StoredMember: Hashable, Sendable {
    /// One start of a member.
    package struct Session: Hashable, Sendable {
        package var name: String
        package var session: String

        package init(name: String, session: String) {
            self.name = name
            self.session = session
        }
    }

    package var session: Session
    /// Grows with each sign of life.
    package var beat: Int64
    /// Microseconds since 1970.
    package var beatenMicros: Int64
    package var joinedMicros: Int64
}
