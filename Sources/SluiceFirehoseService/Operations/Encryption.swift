import SluiceServer

/// Encryption of what waits for its delivery, with a key beside it; the name of a KMS key is kept and told.
enum Encryption {
    /// Reads the member `DeliveryStreamEncryptionConfigurationInput`.
    static func read(_ input: inout InputReader) throws(ServiceFault) -> WireValue? {
        _ = try input.structure("DeliveryStreamEncryptionConfigurationInput") { reader throws(ServiceFault) in
            let type = try reader.requiredText("KeyType", Rules.keyType)
            let arn = try reader.text("KeyARN", Rules.keyARN)
            if type == "CUSTOMER_MANAGED_CMK", arn == nil {
                throw Faults.invalid("KeyARN must be specified for the KeyType CUSTOMER_MANAGED_CMK.")
            }
            if type == "AWS_OWNED_CMK", arn != nil { throw Faults.invalid("KeyARN cannot be specified for the KeyType AWS_OWNED_CMK.") }
        }
        return input.value("DeliveryStreamEncryptionConfigurationInput")
    }
}

enum StartDeliveryStreamEncryption {
    static let operation = FirehoseOperation("StartDeliveryStreamEncryption") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let encryption = try Encryption.read(&input) ?? .structure(["KeyType": .text("AWS_OWNED_CMK")])
        try input.finish()
        try EncryptionChange.set(encryption, name, call)
        return .value(.object([]))
    }
}

enum StopDeliveryStreamEncryption {
    static let operation = FirehoseOperation("StopDeliveryStreamEncryption") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        try input.finish()
        try EncryptionChange.set(nil, name, call)
        return .value(.object([]))
    }
}

enum EncryptionChange {
    static func set(_ encryption: WireValue?, _ name: String, _ call: FirehoseCall) throws {
        let scope = try call.scope()
        guard try scope.stream(name).source == nil else {
            throw Faults.invalid("Encryption is for DirectPut; a data stream has its own.")
        }
        try scope.worker(name).setEncrypted(encryption != nil)
        try scope.change(name) { $0.encryption = encryption }
    }
}
