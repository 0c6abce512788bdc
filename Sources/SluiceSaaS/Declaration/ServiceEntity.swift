package import SluiceCore
package import SluiceHTTP

/// One kind of record of a service.
package struct ServiceEntity: Sendable {
    package enum Write: String, CaseIterable, Sendable { case create, update, upsert, delete }

    /// A member of a record, by its name in the service.
    package struct Field: Sendable {
        package var name: String
        package var type: DataType
        package var description: String
        /// Whether records that are read have it.
        package var isReadable: Bool
        /// In which writes it may be sent.
        package var writes: Set<Write>
    }

    /// The member that grows with every new or changed record.
    package struct Cursor: Sendable {
        package enum Order: String, CaseIterable, Sendable { case ascending, descending }

        package var field: [String]
        package var form: CursorForm
        /// How the lower bound is sent.
        package var sent: CursorForm
        /// Whether times are sent with as many digits behind their seconds as records have; whole seconds otherwise.
        package var sendsDigits = false
        /// How much later than its cursor says a record may become visible: in microseconds, or for numbers in these.
        package var lag: Int64
        package var order: Order
        /// The lower bound where nothing was read and nobody says where to begin.
        package var earliest: Int64

        /// Where the window behind a greatest cursor begins: before it by the lag, and before the earliest only where the cursor itself is.
        package func since(behind high: Int64) -> Int64 { max(min(high, earliest), high.less(lag)) }

        /// How far below a greatest cursor records stay known. The bound that is sent may be of whole seconds.
        package var keptLag: Int64 { form == .number ? lag : lag + 999_999 }

        /// The lower bound as the service reads it.
        ///
        /// - Parameters:
        ///   - place: Nil for the beginning.
        ///   - digits: How many records have behind their seconds, where that is known.
        package func bound(_ place: Int64?, digits: Int? = nil) -> String {
            sent.text(of: place ?? earliest, digits: place == nil || !sendsDigits ? 0 : digits ?? 0)
        }

        package var name: String { field.joined(separator: ".") }
    }

    /// How one page leads to the next.
    package enum Paging: Sendable {
        case single
        /// A text on the page goes into a parameter of the next request.
        case cursor(from: [String], parameter: String)
        /// The key of the last record goes into a parameter.
        case key(parameter: String)
        /// The number of records so far.
        case offset(parameter: String)
        /// The window begins again at the greatest cursor, until nothing is new: for services whose other ways lose records that change meanwhile.
        case cursorValue(Keyset)
        /// Pages by number.
        case number(parameter: String, first: Int)
        /// An address on the page.
        case address(from: [String])
        /// The header `Link` (RFC 8288).
        case link
    }

    /// How a window that begins again at the greatest cursor gets over records that have the same one, and over those that nobody may see.
    package struct Keyset: Sendable {
        /// Parameters that ask for the records of one cursor behind a key, in the order of keys; none where the service cannot be asked so.
        package var ties: [(name: String, value: TemplateText)] = []
        /// Parameters that ask for what lies behind that cursor; none where those above ask for that, too.
        package var beyond: [(name: String, value: TemplateText)] = []
        /// The parameter that passes over so many records, where a page shows nothing that leads on.
        package var skipParameter: String?
        /// Whether the header `Link` says that more follows: pages may be short although it does.
        package var hasLink = false
    }

    /// A request before the first page.
    package struct Opening: Sendable {
        package var path: TemplateText
        package var parameters: [(name: String, value: TemplateText)]
        package var cursor: [String]
    }

    /// How records are asked for, and found in the answer.
    package struct Read: Sendable {
        package var method: String
        package var path: TemplateText
        package var parameters: [(name: String, value: TemplateText)]
        /// JSON that goes along, and that takes in place of the parameters what leads to a page; nil for none.
        package var body: BodyTemplate? = nil
        /// Where the records are.
        package var records: [String]
        package var paging: Paging
        /// A flag that says that more follows, or with `isDone`, that nothing does.
        package var flag: (path: [String], isDone: Bool)? = nil
        /// A shorter page is the last one.
        package var endsShort: Bool
        /// Whether the parameters of the first page go along with the cursor.
        package var keepsParameters: Bool
        /// Records of a page.
        package var size: Int
        /// The parameter that takes the last cursor where a page's cursor has ended, in records that come in descending order.
        package var resumeParameter: String? = nil
        /// A request whose answer has the text that leads to the first page.
        package var opening: Opening? = nil
        /// Whether a page without records may lack the list of them.
        package var mayBeAbsent = false
        /// Whether pages have the parent's own record, too, which is none of these.
        package var hasParent = false
        package var limits: [RateRule]
    }

    /// Each record of another entity has records of this one.
    package struct Parent: Sendable {
        package var entity: String
        package var setting: String
        /// A number of the other record that is 0, or missing, where it has no records of this one.
        package var count: [String]?
        /// Members of the other record that change with its records of this one: where they are as they were, nobody asks.
        package var changes: [[String]] = []
        /// Codes and statuses of answers that say that the other record's own cannot be read.
        package var unreadable: Set<String> = []
    }

    /// How one record is sent.
    package struct WriteRequest: Sendable {
        package enum Body: String, CaseIterable, Sendable { case json, form }

        /// What is sent for a null.
        package enum Nulls: String, CaseIterable, Sendable {
            /// A null, or an empty value of a form.
            case send
            /// An empty text.
            case empty
            /// Nothing: the field stays as it is.
            case omit
        }

        package var method: String
        package var path: TemplateText
        package var body: Body
        /// The member that the record is put into; the whole body where nil.
        package var wrap: String?
        /// The header that takes the record's idempotency key.
        package var idempotencyHeader: String?
        package var nulls: Nulls
        /// How one request takes several records; nil where it takes one.
        package var batch: WriteBatch?
        package var limits: [RateRule]
    }

    package var name: String
    package var description: String
    package var key: [String]
    package var fields: [Field]
    package var read: Read?
    /// How many records at once are read; nil where the service has no such way.
    package var job: JobRead?
    package var cursor: Cursor?
    /// How the service tells which fields there are; nil where it does not.
    package var describe: EntityDescription?
    package var parent: Parent?
    package var writes: [Write: WriteRequest]
    /// The condition, in SQL over the fields, for which a record is one that was deleted; nil where records do not say.
    package var deleted: String?
    /// How many records at once are written; nil where the service has no such way.
    package var load: JobLoad?

    /// Which writes there are, one by one or by jobs.
    package var takenWrites: [Write] { Write.allCases.filter { writes[$0] != nil || load?.bodies[$0] != nil } }
    package var isReadable: Bool { read != nil || job != nil }
    /// Whether records come by jobs alone that each ask for a stretch of time, so that the first one has to begin somewhere.
    package var needsBeginning: Bool { read == nil && job?.spanMicros != nil }
    /// Whether fields that no declaration names can be read: records have all of them, or the service tells which there are.
    package var hasOpenFields: Bool {
        describe != nil
            || read.map { !($0.parameters.flatMap(\.value.names) + ($0.body?.names ?? [])).contains("fields") } ?? false
    }
    /// Names of the members that records have.
    package var readNames: [String] { fields.filter(\.isReadable).map(\.name) }
}
