import SluiceCore
import SluiceStreams
import Testing

@Suite("positions of groups")
struct PositionTests {
    /// From the least read to the most; members of one row are equal.
    static let ladder: [[GroupPosition]] = [
        [.trimHorizon, .latest, .time(0), .time(9_999)],
        [.at(sequence(0))], [.after(sequence(0), subSequence: 0)], [.after(sequence(0), subSequence: 7)], [.after(sequence(0))],
        [.at(sequence(9))], [.after(sequence(9))], [.at(sequence(10))], [.after(sequence(10))],
        [.after(sequence(.max))], [.after(huge("1" + String(repeating: "0", count: 128)))],
        [.after(huge("2" + String(repeating: "0", count: 128)))], [.shardEnd],
    ]

    private static func huge(_ digits: String) -> SequenceNumber {
        SequenceNumber(parsing: digits)!
    }

    @Test("positions compare as what was read")
    func order() {
        for (low, lower) in Self.ladder.enumerated() {
            for (high, higher) in Self.ladder.enumerated() {
                for a in lower {
                    for b in higher { #expect(a.isBehind(b) == (low < high), "\(a) \(b)") }
                }
            }
        }
    }

    @Test("a position is read back from its text", arguments: ladder.joined())
    func text(_ position: GroupPosition) throws {
        #expect(try GroupPosition(text: position.text, subSequence: position.subSequence) == position)
    }

    @Test(
        "what is no position is refused",
        arguments: [
            "", "trim_horizon", "AT/", "AT/x", "AT/01", "AT_TIMESTAMP/", "AT_TIMESTAMP/1.5", "-1", "+1", " 1", "1 ", "01", "1e3", "٣",
            String(repeating: "1", count: SequenceNumber.maxDigits + 1),
        ])
    func badText(_ text: String) {
        #expect(#expect(throws: SluiceError.self) { try GroupPosition(text: text) }?.code == .invalidArgument)
    }

    @Test("a sequence number has up to 129 digits")
    func digits() throws {
        let longest = String(repeating: "9", count: SequenceNumber.maxDigits)
        #expect(SequenceNumber(parsing: longest)?.description == longest)
        #expect(SequenceNumber(parsing: longest + "9") == nil)
        #expect(SequenceNumber(parsing: longest)?.distance(from: sequence(1), step: 1) == nil)
        #expect(sequence(9).distance(from: sequence(4), step: 1) == 5 && sequence(4).distance(from: sequence(9), step: 1) == 0)
        #expect(sequence(16).distance(from: sequence(4), step: 4) == 3)
    }

    @Test("a group's name is 1 to 128 letters, digits, _, . and -", arguments: ["", "a b", "a/b", "ü", "a\n", "a:b"])
    func groupNames(_ name: String) throws {
        #expect(#expect(throws: SluiceError.self) { try GroupID(stream: "s", name: name) }?.code == .invalidOption)
        let longest = String(repeating: "g", count: GroupLimits.nameCharacters)
        #expect(try GroupID(stream: "s", name: longest).name == longest)
        #expect(throws: SluiceError.self) { try GroupID(stream: "s", name: longest + "g") }
        #expect(try GroupID(stream: "s", name: "A-z_0.9").description == "s/A-z_0.9")
    }

    @Test("a member's name may hold a host, a process and a number", arguments: ["", "a b", "ü", "a\t", "a,b"])
    func memberNames(_ name: String) throws {
        #expect(#expect(throws: SluiceError.self) { try MemberID(name: name, session: "1") }?.code == .invalidOption)
        #expect(try MemberID(name: "host.example/4711:2@a", session: "1").name == "host.example/4711:2@a")
        let longest = String(repeating: "m", count: GroupLimits.memberCharacters)
        #expect(try MemberID(name: longest, session: "1").name == longest)
        #expect(throws: SluiceError.self) { try MemberID(name: longest + "m", session: "1") }
    }

    @Test("settings out of bounds are refused, and bounds are allowed")
    func settings() throws {
        for millis in [GroupLimits.failoverMillis.lowerBound - 1, GroupLimits.failoverMillis.upperBound + 1] {
            #expect(#expect(throws: SluiceError.self) { try GroupSettings(failoverMillis: millis) }?.code == .invalidOption)
        }
        for millis in [-1, GroupLimits.handoverMillis.upperBound + 1] {
            #expect(#expect(throws: SluiceError.self) { try GroupSettings(handoverMillis: millis) }?.code == .invalidOption)
        }
        #expect(try GroupSettings(failoverMillis: GroupLimits.failoverMillis.lowerBound, handoverMillis: 0).handover == .zero)
        for position in [GroupPosition.at(sequence(1)), .after(sequence(1)), .shardEnd] {
            #expect(#expect(throws: SluiceError.self) { try GroupSettings(start: position) }?.code == .invalidOption)
        }
    }

    @Test("a start is no checkpoint", arguments: [GroupPosition.trimHorizon, .latest, .time(1)])
    func starts(_ position: GroupPosition) {
        let error = #expect(throws: SluiceError.self) {
            try LeaseCheckpoint(group: orders, shard: "s", owner: "a", counter: 1, position: position)
        }
        #expect(error?.code == .invalidArgument)
    }
}
