extension EmbeddedDeclarations {
    /// Source: ServiceNow's REST API reference, "Table API", and its notes on pagination and inbound rate limits.
    /// What access rules hide is left out of a page behind its limit: pages are short, or empty, although more follow.
    static let serviceNow = """
        connector: servicenow
        summary: Incidents and users of ServiceNow, by its Table API.
        settings:
          instance: {description: "The instance's name, as its address has it.", example: acme}
          user: {description: A user with the right to read the tables., optional: true}
          password: {description: The user's password., secret: true, optional: true}
          client_id: {description: The OAuth client's id., optional: true}
          client_secret: {description: The OAuth client's secret., secret: true, optional: true}
          refresh_token: {description: The OAuth refresh token., secret: true, optional: true}
        url: https://{instance}.service-now.com
        auth:
          - basic: {user: "{user}", password: "{password}"}
          - refresh_token: {token: /oauth_token.do, id: "{client_id}", secret: "{client_secret}", setting: refresh_token}
        check: /api/now/table/sys_user?sysparm_limit=1
        headers: {Accept: application/json}
        answers:
          code: error.message
          message: error.detail
        entities:
          incidents:
            description: An interruption of a service.
            key: sys_id
            fields:
              sys_id: string
              number: string
              short_description: {type: string, write: [create, update]}
              description: {type: string, write: [create, update]}
              state: {type: string, write: [create, update]}
              priority: string
              urgency: {type: string, write: [create, update]}
              impact: {type: string, write: [create, update]}
              active: string
              caller_id: {type: string, write: [create, update]}
              assigned_to: {type: string, write: [create, update]}
              sys_created_on: timestamp
              sys_updated_on: timestamp
            cursor: &updated {field: sys_updated_on, sent: spaced, lag: 1 m, earliest: "1970-01-01T00:00:00Z"}
            read: &table
              path: /api/now/table/incident
              query: &keyset
                sysparm_query: "sys_updated_on>={since}^ORDERBYsys_updated_on^ORDERBYsys_id"
                sysparm_limit: "{limit}"
                sysparm_exclude_reference_link: "true"
              size: 1000
              records: result
              page:
                kind: cursor_value
                more_link: true
                skip: sysparm_offset
                ties: {sysparm_query: "sys_updated_on={cursor}^sys_id>{key}^ORDERBYsys_id"}
                beyond: {sysparm_query: "sys_updated_on>{cursor}^ORDERBYsys_updated_on^ORDERBYsys_id"}
            write:
              create: {method: POST, path: /api/now/table/incident}
              update: {method: PATCH, path: "/api/now/table/incident/{key}", nulls: empty}
          users:
            description: Somebody who uses the instance, or is known to it.
            key: sys_id
            fields:
              sys_id: string
              user_name: string
              name: string
              email: string
              active: string
              sys_created_on: timestamp
              sys_updated_on: timestamp
            cursor: *updated
            read:
              <<: *table
              path: /api/now/table/sys_user
        """
}
