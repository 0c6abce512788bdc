import SluiceCodecs
import SluiceCore
import SluicePipelines

/// One output file under its temporary name.
final class PartFile {
    let path: String
    let finalPath: String
    private(set) var rowCount: Int64 = 0
    private let disk: OutputFile
    private var compressor: (any BlockCompressor)?
    private let isDurable: Bool
    /// Brings the file into an object store; nil for one that stays on the disk.
    private let upload: FileUpload?

    /// - Parameters:
    ///   - compressor: Compresses what is written; nil: it is stored as it is.
    ///   - isDurable: Whether the file is on disk, and not only with the system, when it is finished.
    /// - Throws: what creating the file throws.
    init(
        path: String, finalPath: String, compressor: (any BlockCompressor)?, isDurable: Bool, upload: FileUpload? = nil
    ) throws(SluiceError) {
        self.path = path
        self.finalPath = finalPath
        self.compressor = compressor
        self.isDurable = isDurable
        self.upload = upload
        disk = try OutputFile(path, storesEarly: isDurable)
        if let compressor { try store(compressor.header) }
    }

    /// A file that has no temporary name: a pipe, a device.
    init(_ disk: OutputFile, compressor: (any BlockCompressor)?) throws(SluiceError) {
        path = disk.path
        finalPath = disk.path
        self.compressor = compressor
        isDurable = false
        upload = nil
        self.disk = disk
        if let compressor { try store(compressor.header) }
    }

    /// As stored.
    var bytesWritten: Int64 { disk.bytesWritten }

    func write(_ plain: [UInt8], rows: Int64) throws(SluiceError) {
        rowCount += rows
        guard !plain.isEmpty else { return }
        guard let compressor else { return try store(plain) }
        try write(
            try plain.withUnsafeBufferPointer { bytes throws(SluiceError) in try compressor.compress(UnsafeRawBufferPointer(bytes)) },
            rows: 0)
    }

    /// Takes a block that was compressed by a compressor of the same kind.
    func write(_ block: CompressedBlock, rows: Int64) throws(SluiceError) {
        compressor?.append(block)
        try store(block.bytes)
        rowCount += rows
    }

    private func store(_ bytes: [UInt8]) throws(SluiceError) {
        try bytes.withUnsafeBufferPointer { buffer throws(SluiceError) in try disk.write(UnsafeRawBufferPointer(buffer)) }
        try upload?.advance(to: bytesWritten)
    }

    /// The file is complete on return; `wait` waits for its upload.
    func finish() throws(SluiceError) {
        if let compressor { try store(compressor.trailer()) }
        if isDurable { try disk.sync() }
        try upload?.finish(at: bytesWritten)
    }

    /// Blocks until the file is where it belongs, under a name or in parts that nobody sees yet.
    func wait() throws(SluiceError) { try upload?.wait() }

    func staged(partition: [String]) -> StagedFile {
        StagedFile(stagedPath: path, finalPath: finalPath, partition: partition, rowCount: rowCount, byteCount: bytesWritten)
    }
}
