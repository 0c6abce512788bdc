/// BYTE_STREAM_SPLIT: the first byte of every value, then the second of every value, and so on, which compresses floats better.
enum StreamSplitEncoder {
    /// - Parameters:
    ///   - plain: the values as PLAIN stores them.
    ///   - width: bytes a value.
    static func append(_ plain: UnsafeRawBufferPointer, width: Int, to store: inout ByteStore) {
        let count = plain.count / width
        let target = store.room(for: plain.count)
        for byte in 0..<width {
            let stream = target + byte * count
            for index in 0..<count { stream.storeBytes(of: plain[index * width + byte], toByteOffset: index, as: UInt8.self) }
        }
        store.advance(plain.count)
    }
}
