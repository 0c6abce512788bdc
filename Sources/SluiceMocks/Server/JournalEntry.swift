package import SluiceJSON

/// One request that came.
package struct JournalEntry: Sendable {
    /// Of its service, from 1.
    package var number: Int
    package var service: String
    package var method: String
    /// With parameters.
    package var target: String
    package var status: Int
    /// Microseconds since 1970, virtual.
    package var time: Int64
    package var faults: [String]
    /// The vendor's rule that the client broke.
    package var violation: String?

    package var node: JSONNode {
        .members([
            "number": .integer(number), "service": .string(service), "method": .string(method), "target": .string(target),
            "status": .integer(status), "time": .integer(Int(time)), "faults": .list(faults.map { .string($0) }),
            "violation": violation.map { .string($0) } ?? .null,
        ])
    }
}
