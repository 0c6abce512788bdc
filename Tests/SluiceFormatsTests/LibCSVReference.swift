import CLibCSV

/// What libcsv makes of a whole file, called directly: the reference for framer and decoder.
enum LibCSVReference {
    struct Reading: Equatable {
        /// Nil: an empty field without quotes.
        var rows: [[[UInt8]?]] = []
        var row: [[UInt8]?] = []
        /// The file ends inside quotes.
        var endsOpen = false
    }

    static func read(_ bytes: [UInt8], delimiter: UInt8, quote: UInt8, trims: Bool) -> Reading {
        var parser = csv_parser()
        csv_init(&parser, UInt8(CSV_EMPTY_IS_NULL))
        defer { csv_free(&parser) }
        csv_set_delim(&parser, delimiter)
        csv_set_quote(&parser, quote)
        if !trims { csv_set_space_func(&parser) { _ in 0 } }
        var reading = Reading()
        withUnsafeMutablePointer(to: &reading) { target in
            let field: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = { bytes, count, context in
                let target = context!.assumingMemoryBound(to: Reading.self)
                target.pointee.row.append(bytes.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) })
            }
            let end: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { _, context in
                let target = context!.assumingMemoryBound(to: Reading.self)
                target.pointee.rows.append(target.pointee.row)
                target.pointee.row = []
            }
            _ = csv_parse(&parser, bytes, bytes.count, field, end, target)
            // libcsv says that a quote is open only in strict mode, and does not finish then.
            csv_set_opts(&parser, UInt8(CSV_EMPTY_IS_NULL | CSV_STRICT | CSV_STRICT_FINI))
            if csv_fini(&parser, field, end, target) != 0 { target.pointee.endsOpen = true }
        }
        return reading
    }
}
