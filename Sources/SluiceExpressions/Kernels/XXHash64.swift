/// XXH64, a fast hash that is not for secrets (specification: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md, "XXH64 algorithm
/// description").
enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var place = 0
        var hash: UInt64
        if bytes.count >= 32 {
            hash = stripes(bytes, &place, seed)
        } else {
            hash = seed &+ prime5
        }
        hash &+= UInt64(bytes.count)
        while place &+ 8 <= bytes.count {
            hash = rotated(hash ^ round(0, word(bytes, place)), 27) &* prime1 &+ prime4
            place &+= 8
        }
        if place &+ 4 <= bytes.count {
            let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            hash = rotated(hash ^ (half &* prime1), 23) &* prime2 &+ prime3
            place &+= 4
        }
        while place < bytes.count {
            hash = rotated(hash ^ (UInt64(bytes[place]) &* prime5), 11) &* prime1
            place &+= 1
        }
        return avalanche(hash)
    }

    /// The hash of the eight bytes of a number, least significant first.
    @inline(__always)
    static func hash(_ number: UInt64, seed: UInt64) -> UInt64 {
        avalanche(rotated((seed &+ prime5 &+ 8) ^ round(0, number), 27) &* prime1 &+ prime4)
    }

    /// The hash of the four bytes of a number, least significant first.
    @inline(__always)
    static func hash(_ number: UInt32, seed: UInt64) -> UInt64 {
        avalanche(rotated((seed &+ prime5 &+ 4) ^ (UInt64(number) &* prime1), 23) &* prime2 &+ prime3)
    }

    /// Four lanes over all whole blocks of 32 bytes.
    private static func stripes(_ bytes: UnsafeRawBufferPointer, _ place: inout Int, _ seed: UInt64) -> UInt64 {
        var (a, b, c, d) = (seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1)
        while place &+ 32 <= bytes.count {
            a = round(a, word(bytes, place))
            b = round(b, word(bytes, place &+ 8))
            c = round(c, word(bytes, place &+ 16))
            d = round(d, word(bytes, place &+ 24))
            place &+= 32
        }
        var hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
        for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* prime1 &+ prime4 }
        return hash
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 { rotated(lane &+ word &* prime2, 31) &* prime1 }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value &<< count | value &>> (64 &- count) }

    @inline(__always)
    private static func avalanche(_ value: UInt64) -> UInt64 {
        var hash = (value ^ value &>> 33) &* prime2
        hash = (hash ^ hash &>> 29) &* prime3
        return hash ^ hash &>> 32
    }
}
