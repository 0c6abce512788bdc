#if Kafka
import CRdkafka
import Dispatch
import SluiceCore
import Synchronization

/// A pointer of the library that any thread may use.
struct LibraryHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// One client of the cluster, with the library's threads and connections.
///
/// - Invariant: The library may be called from any thread; calls that wait for a broker run on threads of the client's own.
final class KafkaClient: Sendable {
    enum Role: Sendable, CaseIterable { case producer, consumer }

    let handle: LibraryHandle
    let brokers: String
    /// How long the answer of a broker is waited for.
    let requestMillis: Int32
    private let callbacks: ClientCallbacks
    private let queue = DispatchQueue(label: "sluice.kafka.requests", attributes: .concurrent)

    /// - Parameter board: Where a producer's reports go.
    /// - Throws: `invalidOption` for properties that do not fit together.
    init(_ settings: KafkaSettings, _ role: Role, board: DeliveryBoard? = nil) throws(SluiceError) {
        brokers = settings.brokers
        requestMillis = Int32(clamping: settings.requestMillis)
        callbacks = ClientCallbacks(board)
        let configuration = try KafkaConfiguration.make(settings, role)
        callbacks.install(in: configuration, hasReports: role == .producer)
        var reason = [CChar](repeating: 0, count: 512)
        let type = role == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        guard let made = rd_kafka_new(type, configuration, &reason, reason.count) else {
            // The configuration is still ours when the library refuses it.
            KafkaConfiguration.discard(configuration)
            throw SluiceError(
                .invalidOption, "cannot make a Kafka client: \(LibraryText.decode(reason))", remedy: "correct the properties")
        }
        handle = LibraryHandle(pointer: made)
    }

    /// Ending a client waits for its threads, so it is not done by the task that let go of it.
    deinit {
        queue.async { [handle, callbacks] in
            rd_kafka_destroy(handle.pointer)
            withExtendedLifetime(callbacks) {}
        }
    }

    /// The last problem with a broker that the library told.
    var trouble: String? { callbacks.trouble }

    /// Runs what waits for a broker on a thread of its own.
    func request<Value: Sendable>(
        _ work: @escaping @Sendable (KafkaClient) -> Result<Value, SluiceError>
    ) async throws(SluiceError) -> Value {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work(self)) }
        }
        return try result.get()
    }
}

/// What the library tells a client without being asked.
final class ClientCallbacks: Sendable {
    private let lastTrouble = Mutex<String?>(nil)
    private let board: DeliveryBoard?

    init(_ board: DeliveryBoard?) { self.board = board }

    var trouble: String? { lastTrouble.withLock { $0 } }

    /// The client that gets the configuration keeps this object until its handle is gone.
    func install(in configuration: OpaquePointer, hasReports: Bool) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { handle, level, _, text in
            guard let handle, let text, level <= 4 else { return }
            ClientCallbacks.of(rd_kafka_opaque(handle))?.note(String(cString: text))
        }
        // Errors are logged, too; without a function of ours the library would print them.
        rd_kafka_conf_set_error_cb(configuration) { _, _, _, _ in }
        guard hasReports else { return }
        rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, owner in
            guard let message else { return }
            ClientCallbacks.of(owner)?.board?.report(message.pointee)
        }
    }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> ClientCallbacks? {
        owner.map { Unmanaged<ClientCallbacks>.fromOpaque($0).takeUnretainedValue() }
    }

    private func note(_ line: String) { lastTrouble.withLock { $0 = LibraryText.reason(line) } }
}
#endif
