import SluiceServer
import Testing

@Suite("answers that are written piece by piece") struct WireWriterTests {
    private func written(_ format: WireFormat) -> [UInt8] {
        let shared = WireWriter.members(format) { members in
            members.member("name", text: "ü\"")
            members.member("gone", nil)
            members.member("count", .integer(-25))
        }
        let nothing = WireWriter.members(format) { _ in }
        var writer = WireWriter(format)
        writer.object { whole in
            whole.append(nothing)
            whole.member(
                "list",
                list: { list in
                    list.object { $0.append(shared) }
                    list.object { object in
                        object.member("first", .boolean(true))
                        object.append(shared)
                        object.append(nothing)
                        object.member("time", .time(micros: 1_700_000_000_123_000))
                    }
                    list.object { _ in }
                    list.element(.null)
                })
            whole.member("texts", texts: ["", "a"])
            whole.member("none", texts: [])
            whole.member("object", object: { $0.member("deep", list: { $0.element(.list([.text("x")])) }) })
        }
        return writer.bytes
    }

    private func expected(_ time: WireValue) -> WireValue {
        let shared: [WireValue.Member] = [.init("name", .text("ü\"")), .init("count", .integer(-25))]
        return .structure([
            "list": .list([
                .object(shared), .object([.init("first", .boolean(true))] + shared + [.init("time", time)]), .object([]), .null,
            ]),
            "texts": .texts(["", "a"]), "none": .list([]), "object": .structure(["deep": .list([.list([.text("x")])])]),
        ])
    }

    @Test("JSON and CBOR are what a value of the whole would be", arguments: [WireFormat.json, .cbor])
    func formats(_ format: WireFormat) throws {
        let time = format == .json ? WireValue.real(1_700_000_000.123) : .time(micros: 1_700_000_000_123_000)
        #expect(try format.decode(written(format)) == expected(time))
    }

    @Test("JSON is byte for byte what a value of the whole is encoded to")
    func bytes() {
        #expect(written(.json) == WireFormat.json.encode(expected(.time(micros: 1_700_000_000_123_000))))
    }
}
