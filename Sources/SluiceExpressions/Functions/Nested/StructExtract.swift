enum StructExtract: ScalarFunction {
    static let manual = Manual(
        "struct_extract", .nested, "struct_extract(struct, name)", arguments: 2...2,
        "The member of a struct by its constant name; the same as struct.name.",
        [Example("struct_extract(named_struct('id', 7), 'id')", yields: "7")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        try call.binder.member(of: try call.any(0), try call.constantText(1), call.range).node
    }
}
