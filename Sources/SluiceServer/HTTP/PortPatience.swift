/// How long a client may keep a connection waiting, in seconds; tests have less time than clients.
package struct PortPatience: Hashable, Sendable {
    /// How often a connection is looked at.
    package var watchSeconds = PortLimits.watchSeconds
    /// Without a request, or with one whose head does not end.
    package var idleSeconds = PortLimits.idleSeconds
    /// With a body that does not come, or an answer that is not taken.
    package var silenceSeconds = PortLimits.silenceSeconds

    package init() {}
}
