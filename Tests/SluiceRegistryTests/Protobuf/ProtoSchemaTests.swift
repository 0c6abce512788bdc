import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("Protobuf schemas")
struct ProtoSchemaTests {
    static let shop = """
        syntax = "proto3";
        package shop;
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/wrappers.proto";
        /* An order, as the shop has it. */
        message Order {
          int64 id = 1;  // never 0
          optional string note = 2;
          State state = 3;
          repeated Item items = 4;
          map<string, double> tags = 5;
          google.protobuf.Timestamp at = 6;
          oneof payment { string card = 7; uint32 invoice = 8; }
          repeated sint32 deltas = 9;
          fixed64 big = 10;
          bytes raw = 11;
          google.protobuf.StringValue maybe = 12;
          bool paid = 13;
          float rate = 14;
          sfixed32 shift = 15;
          map<int32, Item> by_place = 16;
          message Item { string sku = 1; uint64 count = 2; repeated State states = 3 [packed = false]; }
          enum State { NEW = 0; DONE = 1; LOST = -1; }
        }
        message Address { string street = 1; }
        """

    /// What protobuf 7.36.2 for Python writes for a message with every field.
    private static let bytes = """
        08fbffffffffffffffff01120018ffffffffffffffffff01221d0a016110ffffffffffffffffff011800180118ffffffffffffffffff0122002a0c0a01781100\
        0000000000f83f321108ffffffffffffffffff011080cab5ee013a01764a070201d804dfc5085101000000000000805a0200ff62030a016d680175\
        0000003f7dfeffffff820107080712030a0170
        """

    private static let json = """
        {"id":-5,"note":"","state":"LOST","items":[{"sku":"a","count":18446744073709551615,"states":["NEW","DONE","LOST"]},\
        {"sku":"","count":0,"states":[]}],"tags":{"x":1.5},"at":"1969-12-31T23:59:59.500Z","card":"v","invoice":null,\
        "deltas":[1,-1,300,-70000],"big":9223372036854775809,"raw":"AP8=","maybe":"m","paid":true,"rate":0.5,"shift":-2,\
        "by_place":[{"key":7,"value":{"sku":"p","count":0,"states":[]}}]}
        """

    private func document() throws -> SchemaDocument { try SchemaDocument(parsing: Self.shop, .protobuf) }

    @Test("a message that protobuf wrote is read, and written again with the same fields") func read() throws {
        let document = try document()
        let value = try document.value(of: hexadecimalBytes(Self.bytes)[...], isStrict: true)
        #expect(value.json == Self.json)
        let again = try document.glueBytes(of: value)
        // Glue's index of the message: Address, Order, Order.Item by their names.
        #expect(again[0] == 1)
        #expect(try document.value(of: again[...], .glue) == value)
    }

    @Test("an empty record is a message of defaults, and null where absence shows") func empty() throws {
        let value = try document().value(of: [])
        #expect(value.member("id") == .integer(0) && value.member("note") == .null && value.member("items") == .list([]))
        #expect(try document().value(of: hexadecimalBytes("4009")[...]).member("invoice") == .integer(9))
    }

    @Test("headers of both registries name the message") func messages() throws {
        let document = try document()
        #expect(try document.value(of: [0, 0x0A, 1, 0x61][...], .glue).member("street") == .string("a"))
        #expect(try document.value(of: [2, 0x0A, 1, 0x61][...], .glue).member("sku") == .string("a"))
        // Zig-zag counts and places: [1] is Address, [0, 0] Order.Item; a lone 0 is [0].
        #expect(try document.value(of: [2, 2, 0x0A, 1, 0x61][...], .confluent).member("street") == .string("a"))
        #expect(try document.value(of: [4, 0, 0, 0x0A, 1, 0x61][...], .confluent).member("sku") == .string("a"))
        #expect(try document.value(of: [0][...], .confluent).member("id") == .integer(0))
        #expect(throws: PayloadFault.self) { try document.value(of: [9][...], .glue) }
    }

    @Test(
        "a record that does not fit is refused with the field",
        arguments: [
            ("0d00000000", "id", "wire type 5"), ("12ff", "note", "the record ends within it"), ("1201ff", "note", "no UTF-8"),
            ("f80701", "", "no field with the number 127"), ("12051203", "note", "more than the 2"),
            ("22020d00", "items[0].sku", "wire type 5"),
            ("00", "", "no number of a field"), ("08ffffffffffffffffff7f", "id", "more than 64 bits"), ("7b", "shift", "wire type 3"),
        ]) func faults(_ bytes: String, _ path: String, _ words: String) throws
    {
        let document = try document()
        do throws(PayloadFault) {
            _ = try document.value(of: hexadecimalBytes(bytes)[...], isStrict: true)
            Issue.record("it was taken")
        } catch {
            #expect(error.path == path)
            #expect(error.why.contains(words), "\(error.why)")
        }
    }

    @Test("a row that is no message is refused with the field") func rows() throws {
        let document = try document()
        let row = Value.structure([.init("items", .list([.structure([.init("sku", .integer(1))])]))])
        let fault = #expect(throws: PayloadFault.self) { try document.glueBytes(of: row) }
        #expect(fault?.path == "items[0].sku")
        let both = Value.structure([.init("card", .string("c")), .init("invoice", .integer(1))])
        #expect(#expect(throws: PayloadFault.self) { try document.glueBytes(of: both) }?.why.contains("oneof payment") == true)
        let tooLarge = Value.structure([.init("invoice", .integer(1 << 32))])
        #expect(throws: PayloadFault.self) { try document.glueBytes(of: tooLarge) }
    }

    @Test(
        "a text that is no schema is refused with line and column",
        arguments: [
            ("message A {", "line 1, column 12"), ("syntax = \"proto3\"; message A { required int32 a = 1; }", "no required fields"),
            ("syntax = \"proto3\"; message A { int32 a = 1; int32 b = 1; }", "number 1 is that of field a"),
            ("syntax = \"proto3\"; message A { int32 a = 19500; }", "no number of a field"),
            ("syntax = \"proto3\"; message A { reserved 1 to 3; int32 a = 2; }", "number 2 is reserved"),
            ("syntax = \"proto3\"; message A { Bee b = 1; } message Bea {}", #"did you mean "Bea"?"#),
            ("syntax = \"proto3\"; message A { map<float, int32> m = 1; }", "key of a map"),
            ("syntax = \"proto3\"; enum E { X = 1; } message A {}", "has the number 1"), ("syntax = \"proto4\";", "no syntax"),
            ("message A { int32 a = 1; }", "begins with optional, required or repeated"), ("import \"other.proto\";", "cannot be imported"),
            ("syntax = \"proto3\";", "declares no message"), ("/* open", "comment that does not end"), ("edition = \"2023\";", "editions"),
        ]) func refused(_ text: String, _ words: String)
    {
        let error = #expect(throws: SluiceError.self) { try ProtoSchema(parsing: text) }
        #expect(error?.code == .invalidSchema)
        let said = "\(error?.message ?? "") \(error?.remedy ?? "")"
        #expect(said.contains(words), "\(said)")
    }

    @Test("proto2 with groups, extensions, options, services and defaults is read") func proto2() throws {
        let schema = try ProtoSchema(
            parsing: """
                syntax = "proto2";
                option java_package = "x";
                message A {
                  required int32 a = 1 [default = -5, (my.opt) = { x: 1 }];
                  optional group G = 2 { optional string s = 1; }
                  repeated .A next = 3;
                  extensions 100 to max;
                  reserved 5, 7 to 9, 11; reserved "old", "older";
                  oneof c { A left = 12; bytes right = 13; }
                }
                service S { rpc Get (A) returns (A) { option x = 1; } }
                extend A { optional int32 e = 100; }
                """)
        #expect(schema.declared == ["A", "A.G"])
        #expect(schema.messages["A"]?.fields.map(\.number) == [1, 2, 3, 12, 13])
        #expect(schema.messages["A"]?.reservedNumbers == [5...5, 7...9, 11...11])
        #expect(schema.messages["A"]?.field(1)?.defaultText == "-5")
        let record = hexadecimalBytes("0805 130a017814")
        let value = try ProtoBinaryReader.value(record[...], schema, message: "A", isStrict: true)
        #expect(value.json == #"{"a":5,"g":{"s":"x"},"next":[],"left":null,"right":null}"#)
        #expect(try ProtoBinaryWriter.bytes(of: value, schema, message: "A") == record)
    }
}
