import SluiceServer

enum ListDeliveryStreams {
    static let operation = FirehoseOperation("ListDeliveryStreams") { call in
        var input = try call.input()
        let limit = try input.integer("Limit", 1...10_000) ?? FirehoseLimits.listedStreams
        let type = try input.text("DeliveryStreamType", Rules.type)
        let after = try input.text("ExclusiveStartDeliveryStreamName", Rules.name) ?? ""
        try input.finish()
        let names = try call.scope().file.streams.values.filter { (type == nil || $0.type == type) && $0.name > after }.map(\.name).sorted()
        let page = names.prefix(limit)
        return .value(
            .structure(["DeliveryStreamNames": .texts(page), "HasMoreDeliveryStreams": .boolean(page.count < names.count)]))
    }
}
