import FoundationEssentials
import SluiceCore
import SluicePipelines
import Testing

@Suite struct RowSchemaTests {
    @Test("the properties of a row type are columns, in order, with types and nulls")
    func types() throws {
        enum Size: String, Codable, CaseIterable { case small, large }
        enum Grade: Int16, Codable, CaseIterable { case one = 1, two }
        struct Inner: Codable {
            var a: Int8
            var b: [Float?]
        }
        struct Row: Codable {
            enum CodingKeys: String, CodingKey {
                case flag, count, size = "the size", grade, price, text, at, day, bytes, inner, inners, maybe
            }
            var flag: Bool
            var count: Int
            var size: Size
            var grade: Grade?
            var price: Double
            var text: String?
            var at: Date
            var day: CivilDate
            var bytes: [UInt8]
            var inner: Inner
            var inners: [Inner]?
            var maybe: Inner?
        }
        let schema = try RowSchema.of(Row.self)
        #expect(
            schema.text == "flag boolean, count int64, the size string, grade int16, price float64, text string, at timestamptz, day date, "
                + "bytes binary, inner struct<a: int8, b: list<float32>>, inners list<struct<a: int8, b: list<float32>>>, "
                + "maybe struct<a: int8, b: list<float32>>")
        #expect(schema.fields.filter(\.isNullable).map(\.name) == ["grade", "text", "inners", "maybe"])
    }

    @Test("unsigned numbers get the type that holds them all")
    func unsigned() throws {
        struct Row: Codable {
            var a: UInt8
            var b: UInt16
            var c: UInt32
        }
        #expect(try RowSchema.of(Row.self).text == "a int16, b int32, c int64")
    }

    private struct Tree: Codable { var children: [Tree] }
    private struct Words: Codable { var counts: [String: Int] }
    private struct Choice: Codable {
        enum Kind: Codable { case number(Int), text(String) }
        var kind: Kind
    }
    private struct Nothing: Codable {}

    @Test("a type that cannot be probed is refused with advice, and does not loop")
    func refused() {
        func isRefused(_ error: any Error) -> Bool {
            (error as? SluiceError)?.code == .typeError && (error as? SluiceError)?.remedy?.hasPrefix("give the schema") == true
        }
        #expect { _ = try RowSchema.of(Tree.self) } throws: { isRefused($0) }
        #expect { _ = try RowSchema.of(Words.self) } throws: { isRefused($0) }
        #expect { _ = try RowSchema.of(Choice.self) } throws: { isRefused($0) }
        #expect { _ = try RowSchema.of(Nothing.self) } throws: { isRefused($0) }
        #expect { _ = try RowSchema.of([Int].self) } throws: { isRefused($0) }
        #expect { _ = try RowSchema.of(Int.self) } throws: { isRefused($0) }
    }
}
