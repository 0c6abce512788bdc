import SluiceServer

enum DeleteDeliveryStream {
    static let operation = FirehoseOperation("DeleteDeliveryStream") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        _ = try input.boolean("AllowForceDelete")
        try input.finish()
        try await call.scope().delete(name, delivering: true)
        return .value(.object([]))
    }
}
