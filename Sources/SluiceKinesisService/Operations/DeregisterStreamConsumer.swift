import SluiceServer

enum DeregisterStreamConsumer {
    static let operation = KinesisOperation("DeregisterStreamConsumer") { call in
        var input = try call.input()
        let reference = try input.consumer()
        try input.finish()
        let (scope, consumer) = try Consumers.find(reference, call)
        try scope.file.change { record in
            record.consumers.removeAll { $0.stream == consumer.stream && $0.name == consumer.name }
        }
        return .empty
    }
}
