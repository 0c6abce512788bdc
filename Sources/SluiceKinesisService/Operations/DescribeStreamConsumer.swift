import SluiceServer

enum DescribeStreamConsumer {
    static let operation = KinesisOperation("DescribeStreamConsumer") { call in
        var input = try call.input()
        let reference = try input.consumer()
        try input.finish()
        let (scope, consumer) = try Consumers.find(reference, call)
        return .value(.structure(["ConsumerDescription": Consumers.value(consumer, scope.id, withStream: true)]))
    }
}
