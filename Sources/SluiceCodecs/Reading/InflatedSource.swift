package import SluiceCore

/// Decompresses a gzip file (RFC 1952) of one member or several, or a zlib file (RFC 1950), straight into the reader's buffers, so that a
/// small file that unfolds to a huge one costs no memory.
package struct InflatedSource: ByteSource, Sendable {
    private enum State {
        case beforeMember
        case inMember
        /// Behind a member: another may follow, or padding with zeros (gzip only).
        case betweenMembers
        case ended
    }

    private let input: InputBuffer
    private let inflater: any Inflating
    private let wrapper: DeflateWrapper
    private var state = State.beforeMember

    package init(_ input: InputBuffer, _ inflater: any Inflating, _ wrapper: DeflateWrapper) {
        self.input = input
        self.inflater = inflater
        self.wrapper = wrapper
    }

    private var codec: Codec { wrapper == .gzip ? .gzip : .zlib }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        while state != .ended {
            if state == .betweenMembers {
                try startMember()
                continue
            }
            if state == .beforeMember { try checkHeader() }
            let (taken, made, outcome) = inflater.run(input.unread, buffer)
            input.drop(taken)
            switch outcome {
            case .memberEnded: state = .betweenMembers
            case .corrupt(let reason): throw input.corrupt(codec, reason)
            case .going where made == 0 && taken == 0:
                guard input.unread.isEmpty else { throw input.corrupt(codec, "the data does not go on") }
                guard try input.fill() else { throw input.cut(codec) }
            case .going: break
            }
            if made > 0 { return made }
        }
        return 0
    }

    /// Looks at the byte behind a member.
    private mutating func startMember() throws(SluiceError) {
        guard try input.hasMore() else {
            state = .ended
            return
        }
        guard wrapper == .gzip else { throw input.garbage(codec) }
        switch input.unread[0] {
        case 0: input.drop(input.unread.prefix { $0 == 0 }.count)
        case 0x1F:
            inflater.restart()
            state = .beforeMember
        default: throw input.garbage(codec)
        }
    }

    /// What ISA-L passes over in a header and zlib does not: reserved flags, which may announce fields that would be taken for data (RFC 1952,
    /// 2.3.1.2), and a window of more than 32 KiB (RFC 1950, 2.2).
    private mutating func checkHeader() throws(SluiceError) {
        switch wrapper {
        case .gzip:
            let (place, reserved): (Int, UInt8) = (3, 0xE0)
            if try input.fill(atLeast: place + 1), input.unread[place] & reserved != 0 {
                throw input.corrupt(codec, "unknown flags in a member's header")
            }
        case .zlib:
            let widest: UInt8 = 7
            if try input.fill(atLeast: 1), input.unread[0] >> 4 > widest { throw input.corrupt(codec, "the window is too large") }
        }
        state = .inMember
    }
}
