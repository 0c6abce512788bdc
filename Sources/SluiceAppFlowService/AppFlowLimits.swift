/// What the service holds at most. Source of the quotas: AppFlow user guide, "Quotas for Amazon AppFlow".
enum AppFlowLimits {
    static let bodyBytes = 1 << 20
    static let flows = 1_000
    /// Flows that run at a time in this process.
    static let runs = 16
    /// Records of executions that are kept of each flow; the oldest go first.
    static let records = 1_000
    static let tasks = 500
    static let tags = 50
    static let page = 100
    /// Times that a change of a document is tried while others change it.
    static let attempts = 16
    /// How often a run is planned anew because records have fields that were not known.
    static let plans = 20
    /// What is known of an entity is asked for again after so long. Source: user guide, "Connector metadata caching".
    static let cacheMicros: Int64 = 3_600_000_000
    /// How long a service may take to say whether it takes the credentials of a profile.
    static let checkSeconds = 15
    static let checkAttempts = 3
    /// Characters of messages. Source: API model, `ExecutionMessage`.
    static let messageCharacters = 2_048
    static let registrations = 100
}
