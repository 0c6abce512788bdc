import CArrow
import SluiceArrow
import SluiceCore
import Testing

/// Arrays as other programs make them, whole and broken.
struct ImportTests {
    @Test("unsigned integers and half floats become wider types")
    func widened() throws {
        #expect(try ForeignArray("C", length: 2, buffers: [nil, [0, 255]]).imported().values == [.integer(0), .integer(255)])
        #expect(try ForeignArray("S", length: 1, buffers: [nil, [255, 255]]).imported().values == [.integer(65535)])
        #expect(try ForeignArray("I", length: 1, buffers: [nil, bytes([UInt32.max])]).imported().values == [.integer(4_294_967_295)])
        let large = try ForeignArray("L", length: 1, buffers: [nil, bytes([UInt64.max])]).imported()
        #expect(large.type == .decimal(precision: 20, scale: 0))
        #expect(large.values == [.decimal(18_446_744_073_709_551_615, scale: 0)])
        #expect(
            try ForeignArray("e", length: 2, buffers: [nil, bytes([UInt16(0x3E00), 0xFC00])]).imported().values == [
                .float(1.5), .float(-.infinity),
            ])
    }

    @Test(
        "times become microseconds where that is exact",
        arguments: [
            ("tss:", Int64(-2), Value.timestamp(-2_000_000, zoned: false)), ("tsm:Europe/Berlin", 5, .timestamp(5_000, zoned: true)),
            ("tsu:UTC", 5, .timestamp(5, zoned: true)), ("tsn:", -7_000, .timestamp(-7, zoned: false)), ("tdm", -86_400_000, .date(-1)),
        ])
    func times(_ format: String, _ value: Int64, _ expected: Value) throws {
        #expect(try ForeignArray(format, length: 1, buffers: [nil, bytes([value])]).imported().values == [expected])
    }

    @Test(
        "a time that would be changed is refused with its row, unless it stands under a null",
        arguments: [("tss:", Int64.max), ("tsm:", .min), ("tsn:UTC", 1), ("tdm", 1), ("tdm", .max / 86_400_000 * 86_400_000)])
    func inexactTimes(_ format: String, _ value: Int64) throws {
        let array = ForeignArray(format, length: 2, buffers: [nil, bytes([0, value])])
        #expect { try array.imported() } throws: {
            ($0 as? SluiceError)?.code == .valueDoesNotFit && ($0 as? SluiceError)?.message.contains("row 1") == true
        }
        #expect(array.releases == 1)
        #expect(try ForeignArray(format, length: 2, buffers: [[1], bytes([0, value])]).imported().values[1] == .null)
    }

    @Test("decimals of all widths")
    func decimals() throws {
        #expect(
            try ForeignArray("d:5,2,32", length: 1, buffers: [nil, bytes([Int32(-123)])]).imported().values == [.decimal(-123, scale: 2)])
        #expect(try ForeignArray("d:18,0,64", length: 1, buffers: [nil, bytes([Int64(7)])]).imported().values == [.decimal(7, scale: 0)])
        let wide = try ForeignArray("d:38,1,256", length: 1, buffers: [nil, bytes([Int128(-5), -1])]).imported()
        #expect(wide.values == [.decimal(-5, scale: 1)])
        for (format, values) in [("d:3,0", [Int128(1000)]), ("d:38,1,256", [0, 1]), ("d:38,0", [.max])] {
            #expect { try ForeignArray(format, length: 1, buffers: [nil, bytes(values)]).imported() } throws: {
                ($0 as? SluiceError)?.code == .valueDoesNotFit
            }
        }
    }

    @Test("texts with long offsets, fixed widths, and views")
    func texts() throws {
        let expected: [Value] = [.string("ab"), .string(""), .string("c")]
        #expect(
            try ForeignArray("U", length: 3, buffers: [nil, bytes([Int64(1), 3, 3, 4]), Array("?abc".utf8)]).imported().values == expected)
        #expect(
            try ForeignArray("w:2", length: 2, offset: 1, buffers: [nil, [0, 0, 1, 2, 3, 4]]).imported().values == [
                .binary([1, 2]), .binary([3, 4]),
            ])
        let long = Array("a text of more than twelve bytes".utf8)
        let inline = bytes([Int32(5)]) + Array("short".utf8) + [UInt8](repeating: 0, count: 7)
        let view = bytes([Int32(long.count - 2)]) + long[2..<6] + bytes([Int32(0), 2])
        let views = ForeignArray("vu", length: 2, buffers: [nil, inline + view, long, bytes([Int64(long.count)])])
        #expect(try views.imported().values == [.string("short"), .string("text of more than twelve bytes")])
        let cut = ForeignArray("vu", length: 1, buffers: [nil, view, long, bytes([Int64(20)])])
        #expect { try cut.imported() } throws: { ($0 as? SluiceError)?.code == .invalidArgument }
    }

    @Test("a text that is not UTF-8 is refused, unless it stands under a null")
    func encoding() throws {
        let offsets = bytes([Int32(0), 1, 2])
        #expect { try ForeignArray("u", length: 2, buffers: [nil, offsets, [65, 255]]).imported() } throws: {
            ($0 as? SluiceError)?.code == .invalidEncoding
        }
        // Both halves of one character in two rows.
        #expect { try ForeignArray("u", length: 2, buffers: [nil, offsets, Array("é".utf8)]).imported() } throws: {
            ($0 as? SluiceError)?.code == .invalidEncoding
        }
        #expect(try ForeignArray("u", length: 2, buffers: [[1], offsets, [65, 255]]).imported().values == [.string("A"), .null])
    }

    @Test("lists of fixed length, and dense unions")
    func nested() throws {
        let numbers = ForeignArray("l", length: 6, buffers: [nil, bytes([Int64(1), 2, 3, 4, 5, 6])])
        let lists = ForeignArray("+w:2", length: 2, offset: 1, buffers: [nil], children: [numbers])
        #expect(try lists.imported().values == [.list([.integer(3), .integer(4)]), .list([.integer(5), .integer(6)])])
        let texts = ForeignArray("u", length: 1, buffers: [nil, bytes([Int32(0), 1]), [120]])
        let integers = ForeignArray("l", length: 2, buffers: [[1], bytes([Int64(7), 8])])
        let union = ForeignArray("+ud:5,2", length: 4, buffers: [[5, 2, 5, 5], bytes([Int32(1), 0, 0, 0])], children: [integers, texts])
        #expect(try union.imported().values == [.null, .string("x"), .integer(7), .integer(7)])
    }

    @Test("a union of one type and nulls is a column of that type")
    func unionWithNull() throws {
        let nulls = ForeignArray("n", length: 3, buffers: [])
        let integers = ForeignArray("l", length: 3, buffers: [nil, bytes([Int64(1), 2, 3])])
        let column = try ForeignArray("+us:0,1", length: 3, buffers: [[1, 0, 1]], children: [nulls, integers]).imported()
        #expect(column.type == .int64)
        #expect(column.values == [.integer(1), .null, .integer(3)])
    }

    @Test("codes of every width lead to the dictionary, also to its nulls")
    func dictionaries() throws {
        for (format, codes) in [("c", bytes([Int8(1), 0, 2])), ("S", bytes([UInt16(1), 0, 2])), ("L", bytes([UInt64(1), 0, 2]))] {
            let values = ForeignArray("u", length: 3, buffers: [[0b011], bytes([Int32(0), 1, 2, 2]), Array("ab".utf8)])
            #expect(
                try ForeignArray(format, length: 3, buffers: [nil, codes], dictionary: values).imported().values == [
                    .string("b"), .string("a"), .null,
                ])
        }
        let numbers = ForeignArray("l", length: 2, buffers: [nil, bytes([Int64(10), 20])])
        #expect(
            try ForeignArray("i", length: 2, buffers: [[2], bytes([Int32(-9), 1])], dictionary: numbers).imported().values == [
                .null, .integer(20),
            ])
        let empty = ForeignArray("u", length: 0, buffers: [nil, nil, nil])
        #expect(
            try ForeignArray("i", length: 2, buffers: [[0], bytes([Int32(5), 5])], dictionary: empty).imported().values == [.null, .null])
    }

    @Test(
        "types without a counterpart are named",
        arguments: ["ttu", "tDn", "tiM", "+vl", "+r", "x", "", "d:39,0", "d:5,6", "d:5,-1", "d:5", "w:x", "ts:", "+ud:1,1", "+us:200"])
    func unknown(_ format: String) {
        let array = ForeignArray(format, length: 0, buffers: [nil, nil])
        #expect { try array.imported() } throws: {
            guard let error = $0 as? SluiceError else { return false }
            return error.code == .typeError && error.message.contains("\"\(format)\"") || error.code == .invalidArgument
        }
        #expect(array.releases == 1)
    }

    @Test("broken arrays are refused and released once", arguments: Self.broken.indices)
    func refused(_ index: Int) {
        let array = Self.broken[index]()
        #expect { try array.imported() } throws: {
            guard let error = $0 as? SluiceError else { return false }
            return error.code == .invalidArgument || error.code == .limitExceeded
        }
        #expect(array.releases == 1)
    }

    private static let broken: [@Sendable () -> ForeignArray] = [
        { ForeignArray("l", length: -1, buffers: [nil, nil]) },
        { ForeignArray("l", length: 1, offset: -1, buffers: [nil, bytes([Int64(1)])]) },
        { ForeignArray("l", length: 1, buffers: [nil, nil]) },
        { ForeignArray("l", length: 1, buffers: [nil]) },
        { ForeignArray("l", length: .max, buffers: [nil, nil]) },
        { ForeignArray("l", length: 1, offset: .max, buffers: [nil, nil]) },
        { ForeignArray("u", length: 1, buffers: [nil, bytes([Int32(-1), 0]), [1]]) },
        { ForeignArray("u", length: 2, buffers: [nil, bytes([Int32(0), 5, 3]), [1, 2, 3, 4, 5]]) },
        { ForeignArray("u", length: 1, buffers: [nil, bytes([Int32(0), 1]), nil]) },
        { ForeignArray("U", length: 1, buffers: [nil, bytes([Int64(0), 1 << 40]), [1]]) },
        { ForeignArray("w:9000000000000000000", length: 2, buffers: [nil, [1]]) },
        { ForeignArray("+l", length: 1, buffers: [nil, bytes([Int32(0), 1])]) },
        {
            ForeignArray(
                "+l", length: 1, buffers: [nil, bytes([Int32(0), 2])], children: [ForeignArray("c", length: 1, buffers: [nil, [1]])])
        },
        { ForeignArray("+w:3", length: 1, buffers: [nil], children: [ForeignArray("c", length: 2, buffers: [nil, [1, 2]])]) },
        { ForeignArray("+s", length: 2, buffers: [nil], children: [ForeignArray("c", length: 1, buffers: [nil, [1]])]) },
        { ForeignArray("+m", length: 0, buffers: [nil, nil], children: [ForeignArray("c", length: 0, buffers: [nil, nil])]) },
        {
            let entries = ForeignArray(
                "+s", length: 1, buffers: [nil],
                children: [ForeignArray("c", length: 1, buffers: [[0], [1]]), ForeignArray("n", length: 1, buffers: [])])
            return ForeignArray("+m", length: 1, buffers: [nil, bytes([Int32(0), 1])], children: [entries])
        },
        {
            ForeignArray("i", length: 1, buffers: [nil, bytes([Int32(1)])], dictionary: ForeignArray("c", length: 1, buffers: [nil, [1]]))
        },
        { ForeignArray("g", length: 1, buffers: [nil, bytes([0.0])], dictionary: ForeignArray("c", length: 1, buffers: [nil, [1]])) },
        {
            ForeignArray(
                "+us:0,1", length: 1, buffers: [[2]],
                children: [ForeignArray("c", length: 1, buffers: [nil, [1]]), ForeignArray("b", length: 1, buffers: [nil, [1]])])
        },
        {
            ForeignArray(
                "+ud:0,1", length: 1, buffers: [[0], bytes([Int32(1)])],
                children: [ForeignArray("c", length: 1, buffers: [nil, [1]]), ForeignArray("b", length: 1, buffers: [nil, [1]])])
        },
        {
            (0..<200).reduce(ForeignArray("c", length: 0, buffers: [nil, nil])) { inner, _ in
                ForeignArray("+l", length: 0, buffers: [nil, nil], children: [inner])
            }
        },
    ]

    @Test("what has been released is not read")
    func released() throws {
        let array = ForeignArray("l", length: 1, buffers: [nil, bytes([Int64(1)])])
        _ = try array.imported()
        #expect { try array.imported() } throws: { ($0 as? SluiceError)?.code == .invalidArgument }
        #expect(array.releases == 1)
    }

    @Test("types nested as deep as the limit are read, one deeper is refused", arguments: [(127, true), (128, false)])
    func depth(_ lists: Int, _ isFine: Bool) {
        let array = (0..<lists).reduce(ForeignArray("c", length: 0, buffers: [nil, nil])) { inner, _ in
            ForeignArray("+l", length: 0, buffers: [nil, nil], children: [inner])
        }
        #expect(((try? array.imported()) != nil) == isFine)
    }
}
