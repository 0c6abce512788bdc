import SluiceServer

enum DescribeAccountSettings {
    static let operation = KinesisOperation("DescribeAccountSettings") { call in
        .value(Commitment.value(try call.scope().file.value.committedMicros))
    }
}
