import Glibc
import SluiceCore
import SluicePipelines

/// Reads a secret from standard input: without an echo where that is a terminal.
enum SecretInput {
    /// The text up to its end, or up to the end of a terminal's line; one line end at the end is left out.
    ///
    /// - Throws: `usage` for text that is no UTF-8 or too long, `ioFailure`.
    static func read(prompt: String, console: Console, from descriptor: Int32 = STDIN_FILENO) throws(SluiceError) -> String {
        guard isatty(descriptor) == 1 else { return try text(of: all(descriptor)) }
        var shown = termios()
        guard tcgetattr(descriptor, &shown) == 0 else { throw .system(errno, cannot: "prepare", "the terminal") }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(descriptor, TCSAFLUSH, &hidden) == 0 else { throw .system(errno, cannot: "prepare", "the terminal") }
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &shown)
            console.err.write("\n")
        }
        console.err.write(prompt)
        return try text(of: all(descriptor, isLine: true))
    }

    private static func all(_ descriptor: Int32, isLine: Bool = false) throws(SluiceError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !(isLine && bytes.last == UInt8(ascii: "\n")) {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, cannot: "read", "standard input") }
            if count == 0 { break }
            bytes += buffer[..<count]
            // One more for the line end; the store says what is too long.
            if bytes.count > SecretStore.sizes.upperBound + 2 { break }
        }
        return bytes
    }

    private static func text(of bytes: [UInt8]) throws(SluiceError) -> String {
        var bytes = bytes[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SluiceError(.usage, "the secret is not UTF-8 text", remedy: "encode bytes that are no text, for example in base 64")
        }
        return text
    }
}
