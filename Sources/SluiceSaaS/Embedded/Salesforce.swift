extension EmbeddedDeclarations {
    /// Source: Salesforce's REST API developer guide, "Query", "sObject Rows", "Status codes and error responses", "OAuth 2.0 client credentials".
    static let salesforce = """
        connector: salesforce
        summary: Accounts and contacts of Salesforce, by its REST API.
        settings:
          domain: {description: "My Domain's name, as its address has it.", example: acme}
          client_id: {description: The consumer key of a connected app., optional: true}
          client_secret: {description: The consumer secret of the connected app., secret: true, optional: true}
          refresh_token: {description: A refresh token of the connected app., secret: true, optional: true}
          access_token: {description: An access token or session id., secret: true, optional: true}
        url: https://{domain}.my.salesforce.com
        auth:
          - refresh_token: {token: /services/oauth2/token, id: "{client_id}", secret: "{client_secret}", setting: refresh_token}
          - client_credentials: {token: /services/oauth2/token, id: "{client_id}", secret: "{client_secret}"}
          - bearer: "{access_token}"
        check: /services/data/v60.0/limits
        headers: {Sforce-Query-Options: "batchSize={limit}"}
        answers:
          code: 0.errorCode
          message: 0.message
          retry_codes: [SERVER_UNAVAILABLE, UNABLE_TO_LOCK_ROW, QUERY_TIMEOUT]
          renew_codes: [INVALID_SESSION_ID]
          expired_codes: [INVALID_QUERY_LOCATOR]
          spent_codes: [REQUEST_LIMIT_EXCEEDED]
        entities:
          accounts:
            description: An organization or person that business is done with, deleted ones included.
            key: Id
            fields:
              Id: string
              IsDeleted: boolean
              Name: {type: string, write: [create, update]}
              Type: {type: string, write: [create, update]}
              Industry: {type: string, write: [create, update]}
              AnnualRevenue: {type: "decimal(18,2)", write: [create, update]}
              NumberOfEmployees: {type: int64, write: [create, update]}
              Website: {type: string, write: [create, update]}
              Phone: {type: string, write: [create, update]}
              OwnerId: string
              CreatedDate: timestamptz
              SystemModstamp: timestamptz
            cursor: &modstamp {field: SystemModstamp, lag: 1 m}
            deleted: IsDeleted
            describe: &describe
              path: /services/data/v60.0/sobjects/Account/describe
              types: {boolean: boolean, int: int64, double: float64, currency: float64, percent: float64, date: date, datetime: timestamptz}
              without: [address, location]
            read:
              path: /services/data/v60.0/queryAll
              query: {q: "SELECT {fields} FROM Account WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id"}
              size: 2000
              records: records
              page: &pages {url: nextRecordsUrl, done: done}
            write:
              create: {method: POST, path: /services/data/v60.0/sobjects/Account}
              update: {method: PATCH, path: "/services/data/v60.0/sobjects/Account/{key}"}
          contacts:
            description: A person of an account, deleted ones included.
            key: Id
            fields:
              Id: string
              IsDeleted: boolean
              AccountId: {type: string, write: [create, update]}
              FirstName: {type: string, write: [create, update]}
              LastName: {type: string, write: [create, update]}
              Email: {type: string, write: [create, update]}
              Phone: {type: string, write: [create, update]}
              CreatedDate: timestamptz
              SystemModstamp: timestamptz
            cursor: *modstamp
            deleted: IsDeleted
            describe:
              <<: *describe
              path: /services/data/v60.0/sobjects/Contact/describe
            read:
              path: /services/data/v60.0/queryAll
              query: {q: "SELECT {fields} FROM Contact WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id"}
              size: 2000
              records: records
              page: *pages
            write:
              create: {method: POST, path: /services/data/v60.0/sobjects/Contact}
              update: {method: PATCH, path: "/services/data/v60.0/sobjects/Contact/{key}"}
        """
}
