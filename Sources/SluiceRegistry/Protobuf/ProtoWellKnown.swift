/// Google's messages that files import, as far as records use them (google/protobuf in the Protocol Buffers distribution).
enum ProtoWellKnown {
    static var names: [String] { files.keys.sorted().map { "\($0).proto" } }

    /// The text of a file; nil for another one.
    static func text(_ path: String) -> String? {
        guard path.hasPrefix("google/protobuf/"), path.hasSuffix(".proto") else { return nil }
        return files[String(path.dropFirst("google/protobuf/".count).dropLast(".proto".count))].map {
            "syntax = \"proto3\"; package google.protobuf; " + $0
        }
    }

    static let timestamp = "google.protobuf.Timestamp"

    /// Messages that stand for the one value in them.
    static let wrappers: Set<String> = Set(
        ["Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"].map { "google.protobuf.\($0)Value" })

    private static let files = [
        "timestamp": "message Timestamp { int64 seconds = 1; int32 nanos = 2; }",
        "duration": "message Duration { int64 seconds = 1; int32 nanos = 2; }",
        "any": "message Any { string type_url = 1; bytes value = 2; }",
        "empty": "message Empty {}",
        "field_mask": "message FieldMask { repeated string paths = 1; }",
        "wrappers": """
        message DoubleValue { double value = 1; } message FloatValue { float value = 1; } message Int64Value { int64 value = 1; }
        message UInt64Value { uint64 value = 1; } message Int32Value { int32 value = 1; } message UInt32Value { uint32 value = 1; }
        message BoolValue { bool value = 1; } message StringValue { string value = 1; } message BytesValue { bytes value = 1; }
        """,
        "struct": """
        message Struct { map<string, Value> fields = 1; } enum NullValue { NULL_VALUE = 0; } message ListValue { repeated Value values = 1; }
        message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4;
            Struct struct_value = 5; ListValue list_value = 6; } }
        """,
    ]
}
