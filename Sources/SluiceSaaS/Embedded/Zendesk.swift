extension EmbeddedDeclarations {
    /// Source: Zendesk's API reference, "Incremental exports", "Pagination" and "Rate limits".
    static let zendesk = """
        connector: zendesk
        summary: Tickets, users and organizations of Zendesk Support.
        settings:
          subdomain: {description: "The account's name, as its address has it.", example: acme}
          email: {description: The agent whose API token it is., optional: true, example: etl@acme.com}
          api_token: {description: "An API token (Admin Center, Apps and integrations).", secret: true, optional: true}
          access_token: {description: An OAuth access token., secret: true, optional: true}
          client_id: {description: The OAuth client's id., optional: true}
          client_secret: {description: The OAuth client's secret., secret: true, optional: true}
          refresh_token: {description: "The OAuth refresh token, which changes with each use.", secret: true, optional: true}
        url: https://{subdomain}.zendesk.com
        auth:
          - basic: {user: "{email}/token", password: "{api_token}"}
          - refresh_token: {token: /oauth/tokens, id: "{client_id}", secret: "{client_secret}", setting: refresh_token}
          - client_credentials: {token: /oauth/tokens, id: "{client_id}", secret: "{client_secret}", scope: read}
          - bearer: "{access_token}"
        check: /api/v2/users/me.json
        limits: [{requests: 200, per: 1 m}]
        answers:
          code: error
          message: description
          retry_statuses: [409]
          expired_codes: [InvalidCursor, InvalidPaginationParameter]
        entities:
          tickets:
            description: A support ticket, deleted ones included.
            key: id
            fields:
              id: int64
              subject: {type: string, write: [create, update]}
              description: string
              comment: {type: "struct<body: string>", description: "A comment to add, as {body: text}.", readable: false, write: [create, update]}
              status: {type: string, write: [create, update]}
              priority: {type: string, write: [create, update]}
              type: {type: string, write: [create, update]}
              requester_id: {type: int64, write: [create, update]}
              submitter_id: int64
              assignee_id: {type: int64, write: [create, update]}
              organization_id: int64
              group_id: {type: int64, write: [create, update]}
              external_id: {type: string, write: [create, update]}
              tags: {type: "list<string>", write: [create, update]}
              created_at: timestamptz
              updated_at: timestamptz
            cursor: {field: updated_at, sent: seconds, lag: 1 m}
            deleted: status = 'deleted'
            read:
              path: /api/v2/incremental/tickets/cursor.json
              query: {start_time: "{since}", per_page: "{limit}"}
              size: 1000
              records: tickets
              page: {cursor: after_cursor, parameter: cursor, done: end_of_stream, keeps_query: false}
              limits: [{name: zendesk incremental exports, requests: 10, per: 1 m}]
            write:
              create: {method: POST, path: /api/v2/tickets.json, wrap: ticket, idempotency: Idempotency-Key}
              update: {method: PUT, path: "/api/v2/tickets/{key}.json", wrap: ticket}
          users:
            description: An end user, agent or administrator.
            key: id
            fields:
              id: int64
              name: {type: string, write: [create, update, upsert]}
              email: {type: string, write: [create, update, upsert]}
              role: {type: string, write: [create, update, upsert]}
              active: boolean
              phone: {type: string, write: [create, update, upsert]}
              organization_id: {type: int64, write: [create, update, upsert]}
              external_id: {type: string, write: [create, update, upsert]}
              created_at: timestamptz
              updated_at: timestamptz
            cursor: {field: updated_at, sent: seconds, lag: 1 m}
            read:
              path: /api/v2/incremental/users/cursor.json
              query: {start_time: "{since}", per_page: "{limit}"}
              size: 1000
              records: users
              page: {cursor: after_cursor, parameter: cursor, done: end_of_stream, keeps_query: false}
              limits: [{name: zendesk incremental exports, requests: 10, per: 1 m}]
            write:
              create: {method: POST, path: /api/v2/users.json, wrap: user}
              update: {method: PUT, path: "/api/v2/users/{key}.json", wrap: user}
              upsert: {method: POST, path: /api/v2/users/create_or_update.json, wrap: user}
          organizations:
            description: A group of end users.
            key: id
            fields:
              id: int64
              name: string
              external_id: string
              created_at: timestamptz
              updated_at: timestamptz
            read:
              path: /api/v2/organizations.json
              query: {"page[size]": "{limit}"}
              size: 100
              records: organizations
              page: {cursor: meta.after_cursor, parameter: "page[after]", more: meta.has_more}
        """
}
