/// Which batch of which producer a frame belongs to, and which part of it the frame is (bytes 64 … 88 of its header).
struct ProducerStamp: Hashable, Sendable {
    var id: UInt64
    var batch: UInt64
    /// Rows of the batch that earlier frames of the shard hold.
    var rowsBefore: Int
    /// Rows of the batch that are the shard's.
    var rowsTotal: Int

    init(id: UInt64, batch: UInt64, rowsBefore: Int, rowsTotal: Int) {
        self.id = id
        self.batch = batch
        self.rowsBefore = rowsBefore
        self.rowsTotal = rowsTotal
    }

    /// Nil for a frame without a producer.
    init?(_ bytes: UnsafeRawBufferPointer) {
        id = FrameHeader.load(bytes, 64, as: UInt64.self)
        batch = FrameHeader.load(bytes, 72, as: UInt64.self)
        rowsBefore = Int(FrameHeader.load(bytes, 80, as: UInt32.self))
        rowsTotal = Int(FrameHeader.load(bytes, 84, as: UInt32.self))
        if id == 0 { return nil }
    }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        FrameHeader.store(id, bytes, 64)
        FrameHeader.store(batch, bytes, 72)
        FrameHeader.store(UInt32(rowsBefore), bytes, 80)
        FrameHeader.store(UInt32(rowsTotal), bytes, 84)
    }
}
