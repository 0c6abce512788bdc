package import SluiceCore

extension Catalog {
    /// Keeps other runs of a pipeline out until the lock is released or this process ends, however it ends.
    ///
    /// - Parameter isShared: Whether others that share it may run, too.
    /// - Throws: `alreadyRunning`, naming the process and since when.
    package func lock(pipeline: String, isShared: Bool = false) throws(SluiceError) -> FileLock {
        let directory = home + "/locks"
        try DiskFiles.createDirectories(directory)
        let path = directory + "/" + Self.fileName(pipeline) + ".lock"
        let now = clock.nowMicros()
        switch try isShared ? FileLock.attemptShared(path, sinceMicros: now) : FileLock.attempt(path, sinceMicros: now) {
        case .acquired(let lock): return lock
        case .held(let holder):
            var who = "by another process"
            if let holder {
                who = "in process \(holder.processID) since \(Value.timestamp(holder.sinceMicros, zoned: true))"
            }
            throw SluiceError(
                .alreadyRunning, "pipeline \(pipeline.quotedForMessage) is running already, \(who)",
                remedy: isShared ? "wait until it ends, or stop it and start it with --share, too" : "wait until it ends, or stop it",
                isRetriable: true)
        }
    }

    /// A name for any text: what is not a letter, digit, `_` or `-` becomes its bytes in hexadecimal.
    private static func fileName(_ text: String) -> String {
        var name = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || character == "_" || character == "-" {
                name.append(character)
            } else {
                name += (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
            }
        }
        return name
    }
}
