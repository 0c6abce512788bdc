extension EmbeddedDeclarations {
    /// Source: Salesforce's REST API developer guide, "Query", "sObject Rows", "Status codes and error responses", "OAuth 2.0 client credentials"; Bulk API 2.0 developer
    /// guide, "Query", "Ingest".
    static let salesforce = """
        connector: salesforce
        summary: Accounts and contacts of Salesforce, by its REST API and its Bulk API 2.0.
        settings:
          domain: {description: "My Domain's name, as its address has it.", example: acme}
          client_id: {description: The consumer key of a connected app., optional: true}
          client_secret: {description: The consumer secret of the connected app., secret: true, optional: true}
          refresh_token: {description: A refresh token of the connected app., secret: true, optional: true}
          user: {description: "The user for whom a token is signed, with `private_key`.", optional: true}
          private_key: {description: "The private key of the connected app's certificate, PEM.", secret: true, optional: true}
          access_token: {description: An access token or session id., secret: true, optional: true}
        url: https://{domain}.my.salesforce.com
        auth:
          - refresh_token: {token: /services/oauth2/token, id: "{client_id}", secret: "{client_secret}", setting: refresh_token, authorize: /services/oauth2/authorize, scope: api refresh_token}
          - jwt_bearer: {token: /services/oauth2/token, id: "{client_id}", user: "{user}", audience: "https://login.salesforce.com", key: "{private_key}"}
          - client_credentials: {token: /services/oauth2/token, id: "{client_id}", secret: "{client_secret}"}
          - bearer: "{access_token}"
        check: /services/data/v60.0/limits
        headers: {Sforce-Query-Options: "batchSize={limit}"}
        answers:
          code: 0.errorCode
          message: 0.message
          retry_codes: [SERVER_UNAVAILABLE, UNABLE_TO_LOCK_ROW, QUERY_TIMEOUT]
          renew_codes: [INVALID_SESSION_ID]
          expired_codes: [INVALID_QUERY_LOCATOR, INVALIDLOCATOR]
          spent_codes: [REQUEST_LIMIT_EXCEEDED]
        entities:
          accounts:
            description: An organization or person that business is done with, deleted ones included.
            key: Id
            fields:
              Id: string
              IsDeleted: boolean
              Name: {type: string, write: [create, update, upsert]}
              Type: {type: string, write: [create, update, upsert]}
              Industry: {type: string, write: [create, update, upsert]}
              AnnualRevenue: {type: "decimal(18,2)", write: [create, update, upsert]}
              NumberOfEmployees: {type: int64, write: [create, update, upsert]}
              Website: {type: string, write: [create, update, upsert]}
              Phone: {type: string, write: [create, update, upsert]}
              OwnerId: string
              CreatedDate: timestamptz
              SystemModstamp: timestamptz
            describe:
              path: /services/data/v60.0/sobjects/Account/describe
              <<: &described
                fields: fields
                name: name
                type: type
                types:
                  {boolean: boolean, int: int64, double: float64, percent: float64, currency: "decimal(18,2)", date: date, datetime: timestamptz}
                skip: [address, location, base64, complexvalue]
                writes: {create: createable, update: updateable, upsert: createable}
            cursor: &modstamp {field: SystemModstamp, sent: time, lag: 1 m, earliest: "1970-01-01T00:00:00Z"}
            deleted: IsDeleted
            read:
              path: /services/data/v60.0/queryAll
              query: {q: "SELECT {fields} FROM Account WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id"}
              size: 2000
              records: records
              page: &pages {url: nextRecordsUrl, done: done}
            job:
              create:
                path: /services/data/v60.0/jobs/query
                body: '{{"operation": "queryAll", "query": "SELECT {fields} FROM Account WHERE SystemModstamp >= {since}"}}'
              <<: &job
                id: id
                status: /services/data/v60.0/jobs/query/{job}
                state: state
                done: JobComplete
                failed: [Failed, Aborted]
                message: errorMessage
                results:
                  path: /services/data/v60.0/jobs/query/{job}/results
                  query: {maxRecords: "{limit}"}
                  size: 25000
                  next: Sforce-Locator
                  end: "null"
                  parameter: locator
                  count: Sforce-NumberOfRecords
              estimate:
                path: /services/data/v60.0/query
                query: {q: "SELECT COUNT() FROM Account WHERE SystemModstamp >= {since}"}
                count: totalSize
            write:
              create: {method: POST, path: /services/data/v60.0/sobjects/Account}
              update: {method: PATCH, path: "/services/data/v60.0/sobjects/Account/{key}"}
            load:
              bodies:
                create: '{{"object": "Account", "operation": "insert", "contentType": "CSV", "lineEnding": "LF"}}'
                update: '{{"object": "Account", "operation": "update", "contentType": "CSV", "lineEnding": "LF"}}'
                upsert: '{{"object": "Account", "operation": "upsert", "contentType": "CSV", "lineEnding": "LF", "externalIdFieldName": "{key}"}}'
                delete: '{{"object": "Account", "operation": "delete", "contentType": "CSV", "lineEnding": "LF"}}'
              <<: &load
                create: /services/data/v60.0/jobs/ingest
                id: id
                upload: /services/data/v60.0/jobs/ingest/{job}/batches
                close: {method: PATCH, path: "/services/data/v60.0/jobs/ingest/{job}", body: '{{"state": "UploadComplete"}}'}
                abort: {method: PATCH, path: "/services/data/v60.0/jobs/ingest/{job}", body: '{{"state": "Aborted"}}'}
                status: /services/data/v60.0/jobs/ingest/{job}
                state: state
                open: Open
                done: JobComplete
                failed: [Failed, Aborted]
                message: errorMessage
                nulls: "#N/A"
                refused: /services/data/v60.0/jobs/ingest/{job}/failedResults
                refused_count: numberRecordsFailed
                reason: sf__Error
                unprocessed: /services/data/v60.0/jobs/ingest/{job}/unprocessedrecords
          contacts:
            description: A person of an account, deleted ones included.
            key: Id
            fields:
              Id: string
              IsDeleted: boolean
              AccountId: {type: string, write: [create, update, upsert]}
              FirstName: {type: string, write: [create, update, upsert]}
              LastName: {type: string, write: [create, update, upsert]}
              Email: {type: string, write: [create, update, upsert]}
              Phone: {type: string, write: [create, update, upsert]}
              CreatedDate: timestamptz
              SystemModstamp: timestamptz
            describe:
              path: /services/data/v60.0/sobjects/Contact/describe
              <<: *described
            cursor: *modstamp
            deleted: IsDeleted
            read:
              path: /services/data/v60.0/queryAll
              query: {q: "SELECT {fields} FROM Contact WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id"}
              size: 2000
              records: records
              page: *pages
            job:
              create:
                path: /services/data/v60.0/jobs/query
                body: '{{"operation": "queryAll", "query": "SELECT {fields} FROM Contact WHERE SystemModstamp >= {since}"}}'
              <<: *job
              estimate:
                path: /services/data/v60.0/query
                query: {q: "SELECT COUNT() FROM Contact WHERE SystemModstamp >= {since}"}
                count: totalSize
            write:
              create: {method: POST, path: /services/data/v60.0/sobjects/Contact}
              update: {method: PATCH, path: "/services/data/v60.0/sobjects/Contact/{key}"}
            load:
              bodies:
                create: '{{"object": "Contact", "operation": "insert", "contentType": "CSV", "lineEnding": "LF"}}'
                update: '{{"object": "Contact", "operation": "update", "contentType": "CSV", "lineEnding": "LF"}}'
                upsert: '{{"object": "Contact", "operation": "upsert", "contentType": "CSV", "lineEnding": "LF", "externalIdFieldName": "{key}"}}'
                delete: '{{"object": "Contact", "operation": "delete", "contentType": "CSV", "lineEnding": "LF"}}'
              <<: *load
        """
}
