import SluiceCore
import SluiceLog
import SluiceServer

enum DeleteStream {
    static let operation = KinesisOperation("DeleteStream") { call in
        var input = try call.input()
        let reference = try input.stream()
        let deletesConsumers = try input.boolean("EnforceConsumerDeletion") ?? false
        try input.finish()
        let target = try call.target(reference)
        _ = try target.summary()
        let scope = target.scope
        if !deletesConsumers, scope.file.value.consumers.contains(where: { $0.stream == target.name }) {
            throw ServiceFault(
                400, "ResourceInUseException",
                "Stream \(target.name) under account \(scope.id.account) has consumers; deregister them, or set EnforceConsumerDeletion.")
        }
        do throws(SluiceError) {
            try scope.writing.deleteStream(target.name)
        } catch {
            throw target.refusal(error)
        }
        try scope.file.change { record in
            record.streams[target.name] = nil
            record.consumers.removeAll { $0.stream == target.name }
        }
        return .empty
    }
}
