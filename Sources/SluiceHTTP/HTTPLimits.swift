/// Bounds of the client for services over HTTP.
package enum HTTPLimits {
    static let addressBytes = 16 << 10
    /// Bytes of an answer's body, decompressed.
    package static let answerBytes = 64 << 20
    /// Room that is made for a body before it comes, however much it promises.
    static let reservedBytes = 16 << 20
    /// How long a connection may take to be made, and a request from its first byte to the last of the answer.
    static let connectSeconds = 10
    package static let requestSeconds = 120
    static let redirects = 5
    /// Requests to one account at a time, unless its service allows others.
    package static let concurrency = 4
    /// Pauses that a service asks for, one after another, before a request is given up.
    static let throttledAttempts = 20
    /// A service that asks for a longer pause, or a budget that is spent for longer, ends the run, which goes on later.
    package static let longestWait = Duration.seconds(15 * 60)
    /// How much of a pause that a service asks for is believed; later runs keep it, too.
    static let longestPause = Duration.seconds(86_400)
    /// Characters of a service's own words in a message.
    static let quotedCharacters = 200
    /// Bytes of a token endpoint's answer.
    static let tokenBytes = 1 << 20
    /// A token is renewed when less than this is left of its life, or less than half.
    static let tokenMargin = Duration.seconds(300)
    /// Credentials of one request that are refused, before it is given up though others come in their place.
    static let renewals = 8
    /// How often a process looks whether another one has made place.
    static let placePause = Duration.milliseconds(20)
    /// How long an assertion is good that asks for a token.
    static let assertionSeconds = 180
    /// How long a login in a browser is waited for.
    static let loginSeconds = 600
    /// Bytes of a request that ends a login, connections of its listener, and how long a request may take to come.
    static let loginBytes = 16 << 10
    static let loginConnections = 16
    static let loginRequestSeconds: Int64 = 10
    /// The longest life that a service is believed: ten years.
    static let longestTokenSeconds = 315_360_000
    /// The life of a token whose service does not say it.
    static let tokenLife = Duration.seconds(3600)
}
