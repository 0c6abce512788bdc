package import SluicePipelines

/// The keys of a connector's declaration: what is checked, and what the page about connectors says.
package enum ServiceKeys {
    private static let texts = ValueShape.mapping(key: "name", .string, minimum: 0)
    private static let names = ValueShape.oneOrMany(.string)

    package static let connector = [
        OptionSpecification("connector", .name, isRequired: true, "The connector's name.", examples: ["zendesk"]),
        OptionSpecification("summary", .string, isRequired: true, "What it reads and writes, in a sentence."),
        OptionSpecification(
            "settings", .mapping(key: "setting", .object(setting), minimum: 0), "What a connection has to say: account names, keys."),
        OptionSpecification(
            "url", .string, isRequired: true, "Where the service is; settings stand in braces.",
            examples: ["https://{subdomain}.zendesk.com"]
        ),
        OptionSpecification(
            "auth", .list(.object(login), minimum: 1),
            "Ways to prove who asks; the first whose settings a connection has is taken. None: no credentials."),
        OptionSpecification(
            "check", .string, "A path that `sluice connections test` asks for; the first page of an entity when absent."),
        OptionSpecification("headers", texts, "Headers of every request."),
        OptionSpecification("limits", .list(.object(limit), minimum: 1), "How many requests an account may make."),
        OptionSpecification("concurrency", .integer(1...100), default: "4", "Requests of an account at a time."),
        OptionSpecification("answers", .object(answers), "What answers mean beyond their status."),
        OptionSpecification("entities", .mapping(key: "entity", .object(entity), minimum: 1), isRequired: true, "What the service has."),
    ]

    static let setting = [
        OptionSpecification("description", .string, isRequired: true, "What it is and where it is found."),
        OptionSpecification("secret", .boolean, default: "false", "Whether nobody may see it."),
        OptionSpecification("optional", .boolean, default: "false", "Whether a connection may leave it out."),
        OptionSpecification("example", .string, "A value."),
    ]

    static let login = [
        OptionSpecification(
            "basic",
            .object([
                OptionSpecification("user", .string, isRequired: true, "The user's name, or what the service takes for one."),
                OptionSpecification("password", .string, isRequired: true, "The password; a service that takes a key alone has it empty."),
            ]),
            "A user's name and a password."),
        OptionSpecification("bearer", .string, "A token in the header Authorization."),
        OptionSpecification("header", .object(named), "A key in a header."),
        OptionSpecification("parameter", .object(named), "A key in the address."),
        OptionSpecification("client_credentials", .object(oauth), "OAuth 2.0 for programs (RFC 6749, section 4.4)."),
        OptionSpecification(
            "refresh_token", .object(refresh),
            "OAuth 2.0 with a refresh token (RFC 6749, section 6), which may change with each use."),
        OptionSpecification(
            "jwt_bearer", .object(assertion), "OAuth 2.0 with a statement that a private key signs (RFC 7523, RS256)."),
    ]

    private static let named = [
        OptionSpecification("name", .string, isRequired: true, "Its name."),
        OptionSpecification("value", .string, isRequired: true, "Its value."),
    ]

    private static let endpoint = [
        OptionSpecification("token", .string, isRequired: true, "The token endpoint: an address, or a path of the service."),
        OptionSpecification("id", .string, isRequired: true, "The client's id."),
    ]

    private static let refresh =
        endpoint + [
            OptionSpecification("secret", .string, "The client's secret; a connection may have none."),
            OptionSpecification("setting", .string, isRequired: true, "The setting that holds the refresh token."),
            OptionSpecification(
                "authorize", .string, "Where people log in, for `sluice connections add --login`: an address, or a path of the service."),
            OptionSpecification("scope", .string, "What is asked for there."),
        ]

    private static let assertion =
        endpoint + [
            OptionSpecification("user", .string, isRequired: true, "For whom the token is."),
            OptionSpecification("audience", .string, isRequired: true, "Whom the statement is made to."),
            OptionSpecification("key", .string, isRequired: true, "The private key, PEM."),
        ]

    private static let oauth =
        endpoint + [
            OptionSpecification("secret", .string, isRequired: true, "The client's secret."),
            OptionSpecification("scope", .string, "What is asked for."),
        ]

    static let limit = [
        OptionSpecification("name", .string, "Limits of one name count together.", examples: ["incremental exports"]),
        OptionSpecification("requests", .integer(1...10_000_000), isRequired: true, "So many requests"),
        OptionSpecification("per", .timeSpan(1_000...86_400_000_000 * 31), isRequired: true, "in any such time.", examples: ["1 m"]),
    ]

    static let answers = [
        OptionSpecification(
            "success",
            .object([
                OptionSpecification("path", .string, isRequired: true, "A member of the answer"),
                OptionSpecification("is", .string, isRequired: true, "and what it says where all is well."),
            ]), "For services whose errors come with status 200."),
        OptionSpecification("code", .string, "Where an error's code is.", examples: ["error.code"]),
        OptionSpecification("message", .string, "Where an error's words are."),
        OptionSpecification("retry_codes", names, "Codes after which a request is sent again."),
        OptionSpecification("retry_statuses", .oneOrMany(.integer(400...599)), "Statuses after which a request is sent again."),
        OptionSpecification("throttle_codes", names, "Codes that ask for a pause."),
        OptionSpecification("spent_codes", names, "Codes that say that a budget is spent for hours."),
        OptionSpecification("renew_codes", names, "Codes that say that a token has ended."),
        OptionSpecification("expired_codes", names, "Codes that say that a page's cursor has ended."),
    ]

    static let entity = [
        OptionSpecification("description", .string, isRequired: true, "What one record is."),
        OptionSpecification("key", .oneOrMany(.string), "The members that tell records apart."),
        OptionSpecification("fields", .mapping(key: "field", field, minimum: 1), isRequired: true, "The members, with their types."),
        OptionSpecification("read", .object(read), "How records are read."),
        OptionSpecification(
            "job", .object(JobKeys.job), "How many records at once are read: by a job that writes them into a file of CSV."),
        OptionSpecification("cursor", .object(cursor), "The member by which new and changed records are found."),
        OptionSpecification(
            "parent",
            .object([
                OptionSpecification("entity", .string, isRequired: true, "The other entity."),
                OptionSpecification("setting", .string, isRequired: true, "What its key is called in paths and parameters."),
                OptionSpecification(
                    "count", .string, "A number of the other record that is 0, or missing, where it has no records of this one."),
                OptionSpecification(
                    "changes", names, "Members of the other record that change with its records of this one: unless they do, nobody asks."),
                OptionSpecification(
                    "unreadable", names,
                    "Codes and statuses of answers that say that the other record's own cannot be read: it is left out, and told of.",
                    examples: ["[not_in_channel, 404]"]),
            ]), "Each record of another entity has records of this one; the other may have a parent, too."),
        OptionSpecification(
            "deleted", .expression, "For which records it is true, they were deleted: flows keep, drop or delete them.",
            examples: ["status = 'deleted'"]),
        OptionSpecification(
            "write", .mapping(key: "create, update, upsert or delete", .object(write), minimum: 1), "How records are written."),
        OptionSpecification(
            "describe", .object(EntityDescription.keys), "How the service tells which fields there are: those that are added are read, too."
        ),
        OptionSpecification("load", .object(JobKeys.load), "How many records at once are written: by a job that reads a file of CSV."),
    ]

    private static let field = ValueShape.either([
        .dataType,
        .object([
            OptionSpecification("type", .dataType, isRequired: true, "Its type."),
            OptionSpecification("description", .string, "What it means."),
            OptionSpecification("readable", .boolean, default: "true", "Whether records that are read have it."),
            OptionSpecification("write", names, "In which writes it may be sent: create, update, upsert, delete."),
        ]),
    ])

    static let read = [
        OptionSpecification("method", .enumeration(["GET", "POST"]), default: "GET", "The method."),
        OptionSpecification("path", .string, isRequired: true, "The path behind the service's address."),
        OptionSpecification(
            "query", texts,
            "Parameters: {since} is the window's lower bound, {limit} the size of a page, {fields} the names of all fields, other names are settings."
        ),
        OptionSpecification(
            "body", .anything,
            "With POST: an object of JSON that goes along, with the names of query in its texts; a page's parameter is a member of it.",
            examples: ["{filter: {changed_since: \"{since}\"}, limit: \"{limit}\"}"]),
        OptionSpecification("records", .string, default: "\"\"", "Where the list of records is; the whole answer when empty."),
        OptionSpecification("size", .integer(1...100_000), default: "100", "Records of a page."),
        OptionSpecification("page", .object(page), "How one page leads to the next; without it there is one."),
        OptionSpecification(
            "has_parent", .boolean, default: "false", "Whether pages have the parent's own record, too, which is left out."),
        OptionSpecification("limits", .list(.object(limit), minimum: 1), "Limits of these requests, beside the account's."),
    ]

    private static let opening = [
        OptionSpecification("path", .string, isRequired: true, "The path."),
        OptionSpecification("query", texts, "Parameters, such as {since}."),
        OptionSpecification("cursor", .string, isRequired: true, "Where the answer has the text."),
    ]

    private static let page = [
        OptionSpecification("cursor", .string, "Where the text is that leads to the next page."),
        OptionSpecification("url", .string, "Where the address of the next page is."),
        OptionSpecification("link", .boolean, "The header Link says where the next page is."),
        OptionSpecification(
            "kind", .enumeration(["key", "offset", "number", "cursor_value"]),
            "The last key, the count of records, or a page's number leads on; or the window begins again at the greatest cursor."),
        OptionSpecification("parameter", .string, "The parameter that takes it."),
        OptionSpecification("first", .integer(0...1), default: "1", "The number of the first page."),
        OptionSpecification("opening", .object(opening), "A request whose answer has the text that leads to the first page."),
        OptionSpecification(
            "may_be_absent", .boolean, default: "false", "Whether a page without records may lack the list, although more follow."),
        OptionSpecification("more", .string, "A flag that says whether more follows."),
        OptionSpecification("done", .string, "A flag that says that nothing more follows."),
        OptionSpecification("ends_short", .boolean, default: "true", "Whether a page with fewer records than its size is the last one."),
        OptionSpecification("keeps_query", .boolean, default: "true", "Whether the parameters of the first page go along."),
        OptionSpecification(
            "resume", .string,
            "For records in descending order: the parameter that bounds them, for going on where a page's cursor has ended."),
        OptionSpecification(
            "ties", texts,
            "With cursor_value: parameters that ask for the records of one {cursor} behind a {key}, in the order of keys, where a page is full of such."
        ),
        OptionSpecification(
            "beyond", texts, "Parameters that ask for what lies behind that {cursor}; without them ties asks for that, too."),
        OptionSpecification("skip", .string, "The parameter that passes over so many records, where a page shows none that leads on."),
        OptionSpecification(
            "more_link", .boolean, default: "false", "Whether the header Link says that more follows, also behind a page that is not full."),
    ]

    static let cursor = [
        OptionSpecification("field", .string, isRequired: true, "The member."),
        OptionSpecification("form", .enumeration(CursorForm.allCases.map(\.rawValue)), default: "time", "How it is written."),
        OptionSpecification(
            "sent", .enumeration(CursorForm.allCases.map(\.rawValue)),
            "How the lower bound is sent; as records write it when absent, and a time in whole seconds otherwise."),
        OptionSpecification(
            "lag", .string, "How late a record may become visible; 1 m when absent. Of numbers, by how many a record may come late; 0.",
            examples: ["5 m"]),
        OptionSpecification(
            "earliest", .string, "The lower bound of a window from the beginning; the first time of the form when absent, or 0.",
            examples: ["\"1970-01-01T00:00:00Z\""]),
        OptionSpecification(
            "order", .enumeration(ServiceEntity.Cursor.Order.allCases.map(\.rawValue)), default: "ascending", "How pages are ordered."),
    ]

    static let write = [
        OptionSpecification(
            "method", .enumeration(["POST", "PUT", "PATCH", "DELETE"]), isRequired: true, "The method; DELETE has no body."),
        OptionSpecification("path", .string, isRequired: true, "The path; {key} is the record's key."),
        OptionSpecification("body", .enumeration(["json", "form"]), default: "json", "How the record is sent."),
        OptionSpecification("wrap", .string, "The member that the record is put into."),
        OptionSpecification(
            "nulls", .enumeration(ServiceEntity.WriteRequest.Nulls.allCases.map(\.rawValue)),
            "What is sent for a null: send (null, or an empty value of a form), empty (an empty text), or omit. Updates and upserts of JSON send it, others omit it."
        ),
        OptionSpecification("idempotency", .string, "The header that takes a key, so that a record that is sent twice is made once."),
        OptionSpecification("batch", .object(WriteBatch.keys), "How one request takes several records."),
        OptionSpecification("limits", .list(.object(limit), minimum: 1), "Limits of these requests, beside the account's."),
    ]
}
