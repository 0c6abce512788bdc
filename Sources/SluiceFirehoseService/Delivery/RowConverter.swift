import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceJSON
import SluiceServer

/// Makes Parquet of records in JSON, with the columns of a table.
struct RowConverter {
    /// What came of a pile of records.
    struct Converted {
        /// Nil where no record fits.
        var file: [UInt8]?
        var failures: [FailedRecord]
    }

    private let conversion: Conversion
    private let schema: Schema
    private let version: Int
    /// Nil where names stay as they are.
    private let names: NameShape?
    private let hasTimes: Bool

    /// - Throws: `notFound` where the catalog has no such table or version; what it says of their names.
    init(_ conversion: Conversion, _ world: FirehoseHome.World) throws {
        self.conversion = conversion
        let catalog = try world.catalog()
        let name = try TableName(database: conversion.database, table: conversion.table)
        if let number = conversion.version {
            schema = try Schema(try catalog.version(number, of: name).columns.map(\.field))
            version = number
        } else {
            let table = try catalog.table(name)
            schema = try Schema(table.definition.columns.map(\.field))
            version = table.version
        }
        names = NameShape(conversion, schema)
        hasTimes = schema.fields.contains { ValueShape.has($0.type) }
    }

    func convert(_ whole: RecordPile) throws -> Converted {
        let records = documents(of: whole)
        let rows = shaped(records)
        let format = try JSONFormat(options: [:])
        let decoder = try format.decoder(FileLayout(format: JSONFormat.name), schema: schema, missing: .null)
        let origin = Origin(.file(path: "record"), .dense(first: 0, count: records.count), raw: rows)
        let decoded = decoder.decode(rows, origin: origin)
        var failures: [FailedRecord] = []
        if !decoded.rejects.isEmpty {
            let kept = Set((0..<decoded.batch.rowCount).map { decoded.batch.origin?.position($0) ?? -1 })
            let lost = (0..<records.count).filter { !kept.contains(Int64($0)) }
            for (row, reject) in zip(lost, decoded.rejects) { failures.append(failure(records, row, reject.error)) }
        }
        guard decoded.batch.rowCount > 0 else { return Converted(file: nil, failures: failures) }
        return Converted(file: try parquet(decoded.batch), failures: failures)
    }

    private func parquet(_ batch: Batch) throws -> [UInt8] {
        let format = try ParquetFormat(options: [
            "codec": .text(conversion.codec), "page_version": .integer(conversion.pageVersion),
            "dictionary": .boolean(conversion.usesDictionaries),
        ])
        var writer = try format.writer(schema)
        var bytes = writer.header
        var blocks = writer.collect(batch)
        if let rest = writer.rest() { blocks.append(rest) }
        for block in blocks {
            let encoded = try writer.encode(block)
            let place = Int64(bytes.count)
            bytes += encoded.bytes
            writer.append(encoded, at: place)
        }
        bytes += try writer.finish(at: Int64(bytes.count))
        return bytes
    }

    private static func isJSON(_ text: ArraySlice<UInt8>) -> Bool { (try? JSONParser.parse(Array(text))) != nil }

    /// A record may hold several objects, of which each is a row. One that holds something else as well stays whole, and fails whole.
    private func documents(of records: RecordPile) -> RecordPile {
        var documents = RecordPile()
        for row in 0..<records.count {
            let (record, micros) = (records[row], records.arrivals[row])
            var objects = [record]
            if let found = try? RecordSplitter.objects(record), found.count > 1, found.allSatisfy(Self.isJSON) { objects = found }
            for object in objects { documents.append(object, micros: micros) }
        }
        return documents
    }

    /// The records with the names that the table has, and times and numbers as its columns take them.
    private func shaped(_ records: RecordPile) -> RawRecords {
        var rows = RawRecords(bytes: [])
        for row in 0..<records.count {
            let record = records[row]
            rows.starts.append(Int32(rows.bytes.count))
            let reshapes = hasTimes || ValueShape.hasExponent(record)
            if names != nil || reshapes, let node = try? JSONParser.parse(Array(record)) {
                let shaped = names?.shaped(node) ?? node
                (reshapes ? ValueShape.shaped(shaped, .structure(schema.fields)) : shaped).append(to: &rows.bytes)
            } else {
                rows.bytes.append(contentsOf: record)
            }
            rows.ends.append(Int32(rows.bytes.count))
        }
        return rows
    }

    private func failure(_ records: RecordPile, _ row: Int, _ error: RowError) -> FailedRecord {
        let table = WireValue.structure([
            "catalogId": conversion.catalogID.map { .text($0) }, "databaseName": .text(conversion.database),
            "tableName": .text(conversion.table), "region": conversion.region.map { .text($0) }, "versionId": .text(String(version)),
        ])
        let column = error.column.map { "column \($0): " } ?? ""
        return FailedRecord(
            data: Array(records[row]), micros: records.arrivals[row],
            code: error.code == .malformedRecord || error.code == .invalidEncoding
                ? "DataFormatConversion.ParseError" : "DataFormatConversion.MalformedData",
            message: column + error.message, details: [.init("dataCatalogTable", table)])
    }
}
