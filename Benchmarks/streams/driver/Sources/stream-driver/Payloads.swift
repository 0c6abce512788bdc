import CWorkload

/// Payloads of one size that lie one after another, made anew for each put in the same buffer.
struct Payloads {
    let size: Int
    let producer: Int
    var bytes: [UInt8]

    init(size: Int, count: Int, producer: Int) {
        self.size = size
        self.producer = producer
        bytes = [UInt8](repeating: 0, count: size * count)
    }

    var count: Int { bytes.count / size }

    mutating func fill(count: Int, from first: Int) {
        resize(count)
        bytes.withUnsafeMutableBufferPointer {
            payloads_fill($0.baseAddress, size, count, UInt64(producer), UInt64(first))
        }
    }

    /// With the times at which the records were due.
    mutating func fill(times: [UInt64], from first: Int) {
        resize(times.count)
        bytes.withUnsafeMutableBufferPointer { buffer in
            for (row, time) in times.enumerated() {
                payload_fill(buffer.baseAddress! + row * size, size, UInt64(producer), UInt64(first + row), time)
            }
        }
    }

    private mutating func resize(_ count: Int) {
        if count * size < bytes.count { bytes.removeLast(bytes.count - count * size) }
        if count * size > bytes.count { bytes += [UInt8](repeating: 0, count: count * size - bytes.count) }
    }
}
