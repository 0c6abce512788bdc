package import SluiceCore

/// One start of a member: its name, and a session that tells it from an earlier or later start with the same name.
package struct MemberID: Hashable, Sendable {
    package let name: String
    package let session: String

    /// - Throws: `invalidOption` for a name that is empty, too long, or has other characters than letters, digits and `_.:@/-`.
    package init(name: String, session: String) throws(SluiceError) {
        try GroupID.check(name, extra: "_.:@/-", limit: GroupLimits.memberCharacters, noun: "a member of a consumer group")
        self.name = name
        self.session = session
    }

    /// A new session of the name.
    package init(name: String, random: inout some RandomNumberGenerator) throws(SluiceError) {
        try self.init(name: name, session: String(UInt64.random(in: 0 ... .max, using: &random), radix: 36))
    }
}
