import SluiceCore
import SluiceLog
import SluiceStreams
import SluiceTestKit
import Testing

@testable import SluiceKinesisService
@testable import SluiceServer

@Suite("records on the wire")
struct RecordTests {
    @Test(
        "numbers have 56 digits, ascend as texts, and come back; others are none of ours", arguments: [UInt64(0), 1, 2, 1 << 40, 1 << 59])
    func numbers(_ place: UInt64) throws {
        for shard in [0, 1, 1_023, 1 << 31] {
            let number = ServiceNumber(shard: shard, place: place)
            #expect(number.text.utf8.count == 56 && number.text.hasPrefix("49"))
            #expect(ServiceNumber(number.text) == number)
            #expect(number.text < ServiceNumber(shard: 0, place: place + 1).text)
        }
        #expect(ServiceNumber("49039857307708443467467104868809893875799651909875269632") == ServiceNumber(shard: 0, place: 0))
        for wrong in ["", "0", "4", "49039857307708443467467104868809893875799651909875269633", String(repeating: "9", count: 56)] {
            #expect(ServiceNumber(wrong) == nil)
        }
        let stored = SequenceNumber(shard: 3, offset: place)
        #expect(ServiceNumber(stored)?.record == stored)
    }

    @Test("a part of a page is as far behind as its own last record") func behind() {
        func batch(_ first: UInt128, _ arrivals: RecordBatch.Arrivals, _ count: Int) -> RecordBatch {
            let rows = (0..<count).map { _ in [UInt8(1)] }
            var payloads = RawRecords(bytes: [UInt8](repeating: 1, count: count))
            payloads.starts = (0..<count).map { Int32($0) }
            payloads.ends = (0..<count).map { Int32($0 + 1) }
            return RecordBatch(
                numbers: .stepping(first: first, step: 1), arrivals: arrivals, keys: ByteRows(rows), payloads: payloads)
        }
        let batches = [batch(0, .same(1_000_000), 1), batch(1, .listed([3_500_000, 4_000_000]), 2)]
        for behind: Int64 in [0, 250] {
            let parts = ShardPush.parts(RecordPage(batches: batches, next: nil, millisBehindLatest: behind))
            #expect(parts.map(\.millisBehindLatest) == [3_000 + behind, behind])
        }
        #expect(ShardPush.parts(RecordPage(batches: [], next: nil, millisBehindLatest: 5)).map(\.millisBehindLatest) == [5])
    }

    /// What the way over values makes of a request.
    private func slow(_ text: String) throws -> PutEntries {
        guard case .list(let records)? = try WireFormat.json.decode(Array(text.utf8))["Records"] else { return PutEntries() }
        var entries = PutEntries()
        for record in records {
            var reader = try InputReader(record)
            try entries.append(&reader, .json)
            try reader.finish()
        }
        return entries
    }

    @Test("both ways of reading a put see the same records")
    func puts() throws {
        var random = SeededGenerator(seed: 25)
        for round in 0..<300 {
            let records = (0..<Int.random(in: 1...5, using: &random)).map { _ -> String in
                let data = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                let hash = Bool.random(using: &random) ? #","ExplicitHashKey":"\#(UInt128.random(in: 0 ... .max, using: &random))""# : ""
                return #" { "PartitionKey" : "k\#(Int.random(in: 0...9, using: &random))" , "Data":"\#(Base64.encode(data))"\#(hash)} "#
            }
            let text = #"{"StreamName":"s\#(round)","Records":[\#(records.joined(separator: ","))]}"#
            let quick = try #require(PutScanner.scan(Array(text.utf8)))
            let other = try slow(text)
            #expect(quick.stream.name == "s\(round)" && quick.entries.keys == other.keys && quick.entries.payload == other.payload)
            #expect(quick.entries.starts == other.starts && quick.entries.ends == other.ends)
            #expect(quick.entries.batch.hashKeys == other.batch.hashKeys)
            // Cut or changed anywhere, it is refused, or read the same.
            var bytes = Array(text.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...127, using: &random)
            if let changed = PutScanner.scan(bytes) {
                let same = try slow(String(decoding: bytes, as: UTF8.self))
                #expect(changed.entries.keys == same.keys && changed.entries.payload == same.payload)
            }
            #expect(PutScanner.scan(Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))) == nil)
        }
    }

    @Test(
        "what is not usual goes the way that explains",
        arguments: [
            #"{"StreamName":"s","Records":[]}"#, #"{"StreamName":"s","Records":[{"Data":"YQ=","PartitionKey":"k"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":""}]}"#, #"{"StreamName":"s","Records":[{"Data":"YQ=="}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"Y===","PartitionKey":"k"}]}"#, #"{"StreamName":"s","DryRun":true,"Records":[]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"\u0041"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"QUJD,"Data":"YQ==","PartitionKey":"k"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"k\,"PartitionKey":"k"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ"}]}"#, #"{"StreamName":"s","Records":[{"Data":"YQ=="#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"k","ExplicitHashKey":"340282366920938463463374607431768211456"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"k","ExplicitHashKey":"+1"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"k","ExplicitHashKey":"-0"}]}"#,
            #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"k","ExplicitHashKey":""}]}"#,
        ])
    func unusual(_ text: String) { #expect(PutScanner.scan(Array(text.utf8)) == nil) }

    @Test("a run of numbers has the digits of each of them")
    func runs() throws {
        var random = SeededGenerator(seed: 56)
        for _ in 0..<200 {
            var numbers = NumberRun()
            // Places whose sums carry far, and any other.
            let end = UInt64.max >> 5
            let start = [end - 40, 0, UInt64.random(in: 0...end, using: &random)].randomElement(using: &random) ?? 0
            var number = ServiceNumber(shard: Int.random(in: 0...5, using: &random), place: start)
            for _ in 0..<100 {
                var written: [UInt8] = []
                numbers.append(number, to: &written)
                #expect(String(decoding: written, as: UTF8.self) == number.text)
                switch Int.random(in: 0..<20, using: &random) {
                case 0: number.place += 2
                case 1: number.shard += 1
                case 2: break
                default: number.place += 1
                }
            }
        }
    }

    @Test("names of streams and consumers, and what is none")
    func names() {
        let scope = ScopeID(known: "111122223333", "eu-central-1")
        let name = ResourceName(scope, stream: "a.b-c_d", consumer: .init(name: "c", seconds: 17))
        #expect(ResourceName(name.arn) == name && name.arn == "arn:aws:kinesis:eu-central-1:111122223333:stream/a.b-c_d/consumer/c:17")
        for wrong in [
            "", "arn:aws:kinesis:eu:1:stream/x", "arn:aws:kinesis:../..:111122223333:stream/x", "arn:aws:s3:eu:111122223333:stream/x",
            "arn:aws:kinesis:eu:111122223333:stream/a/b", "arn:aws:kinesis:eu:111122223333:stream/../x",
        ] {
            #expect(ResourceName(wrong) == nil, "\(wrong)")
        }
    }

    @Test("one subscription for a consumer and shard; another takes over after five seconds")
    func subscriptions() throws {
        let (table, start) = (Subscriptions(), ContinuousClock.now)
        let key = Subscriptions.Key(consumer: "c", shard: 0)
        let first = try table.begin(key, at: start)
        let fault = #expect(throws: ServiceFault.self) { try table.begin(key, at: start + .milliseconds(4_999)) }
        #expect(fault?.code == "ResourceInUseException" && table.isCurrent(first))
        #expect(try table.isCurrent(table.begin(.init(consumer: "c", shard: 1), at: start)))
        let second = try table.begin(key, at: start + .seconds(5))
        #expect(!table.isCurrent(first) && table.isCurrent(second))
        // The one that lost its place does not take the other's away.
        table.end(first)
        #expect(table.isCurrent(second))
        table.endAll()
        #expect(!table.isCurrent(second))
    }

    @Test("a token of a listing is good for its listing and for 300 seconds, and cannot be forged")
    func tokens() throws {
        let token = ListToken(listing: "streams", last: "orders", madeMicros: 1_000).signed("key")
        #expect(try ListToken(token, listing: "streams", key: "key", nowMicros: 300_000_000).last == "orders")
        for (listing, key, now, code) in [
            ("streams", "key", Int64(300_002_000), "ExpiredNextTokenException"), ("shards", "key", 0, "InvalidArgumentException"),
            ("streams", "other", 0, "InvalidArgumentException"),
        ] {
            let fault = #expect(throws: ServiceFault.self) { try ListToken(token, listing: listing, key: key, nowMicros: now) }
            #expect(fault?.code == code)
        }
    }
}
