extension EmbeddedDeclarations {
    /// Source: Stripe's API reference, "Pagination", "Update a customer" (an empty value unsets a field), "Idempotent requests", "Errors" and "Rate limits".
    static let stripe = """
        connector: stripe
        summary: Customers, charges and events of Stripe.
        settings:
          api_key: {description: "A secret or restricted key (sk_… or rk_…).", secret: true}
        url: https://api.stripe.com
        auth:
          - bearer: "{api_key}"
        check: /v1/customers?limit=1
        limits: [{requests: 100, per: 1 s}]
        answers:
          code: error.code
          message: error.message
          retry_statuses: [409]
          throttle_codes: [rate_limit, lock_timeout]
        entities:
          customers:
            description: Whom payments come from. Read by their creation; changes of older ones are in events.
            key: id
            fields:
              id: string
              name: {type: string, write: [create, update]}
              email: {type: string, write: [create, update]}
              phone: {type: string, write: [create, update]}
              description: {type: string, write: [create, update]}
              currency: string
              balance: {type: int64, description: "In the currency's smallest unit.", write: [create, update]}
              delinquent: boolean
              livemode: boolean
              created: {type: int64, description: Seconds since 1970.}
            cursor: {field: created, form: seconds, lag: 1 m, order: descending}
            read: &list
              path: /v1/customers
              query: {limit: "{limit}", "created[gte]": "{since}"}
              size: 100
              records: data
              page: {kind: key, parameter: starting_after, more: has_more}
            write:
              create: {method: POST, path: /v1/customers, body: form, idempotency: Idempotency-Key}
              update: {method: POST, path: "/v1/customers/{key}", body: form, nulls: empty}
          charges:
            description: An attempt to move money.
            key: id
            fields:
              id: string
              amount: {type: int64, description: "In the currency's smallest unit."}
              amount_refunded: int64
              currency: string
              customer: string
              description: string
              paid: boolean
              refunded: boolean
              status: string
              created: {type: int64, description: Seconds since 1970.}
            cursor: {field: created, form: seconds, lag: 1 m, order: descending}
            read:
              <<: *list
              path: /v1/charges
          events:
            description: "What happened to another object. Kept 30 days."
            key: id
            fields:
              id: string
              type: string
              api_version: string
              livemode: boolean
              created: {type: int64, description: Seconds since 1970.}
            cursor: {field: created, form: seconds, lag: 1 m, order: descending}
            read:
              <<: *list
              path: /v1/events
        """
}
