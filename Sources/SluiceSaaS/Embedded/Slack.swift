extension EmbeddedDeclarations {
    /// Source: Slack's API reference, "Pagination", "Rate limits" and the pages of the methods.
    /// `conversations.replies` gives the thread's own message with each page.
    static let slack = """
        connector: slack
        summary: Channels, members and messages of a Slack workspace.
        settings:
          token: {description: "A bot or user token (xoxb-… or xoxp-…).", secret: true}
          team: {description: "A name for the workspace; connections of one name share their limits.", optional: true, example: acme}
        url: https://slack.com
        auth:
          - bearer: "{token}"
        check: /api/auth.test
        answers:
          success: {path: ok, is: "true"}
          code: error
          retry_codes: [internal_error, fatal_error, service_unavailable, request_timeout]
          throttle_codes: [ratelimited, rate_limited]
          expired_codes: [invalid_cursor]
        entities:
          channels:
            description: A conversation that the token's owner can see.
            key: id
            fields:
              id: string
              name: string
              is_private: boolean
              is_archived: boolean
              num_members: int64
              created: {type: int64, description: Seconds since 1970.}
            read:
              path: /api/conversations.list
              query: {limit: "{limit}", exclude_archived: "false"}
              size: 200
              records: channels
              page: {cursor: response_metadata.next_cursor, parameter: cursor}
              limits: [{requests: 20, per: 1 m}]
          users:
            description: A member of the workspace.
            key: id
            fields:
              id: string
              name: string
              real_name: string
              deleted: boolean
              is_bot: boolean
              updated: {type: int64, description: Seconds since 1970.}
            deleted: deleted
            read:
              path: /api/users.list
              query: {limit: "{limit}"}
              size: 200
              records: members
              page: {cursor: response_metadata.next_cursor, parameter: cursor}
              limits: [{requests: 20, per: 1 m}]
          messages:
            description: A message of a channel, without the replies in its thread.
            key: ts
            fields:
              channel: {type: string, write: create}
              ts: {type: string, description: Tells messages of a channel apart.}
              user: string
              text: {type: string, write: create}
              type: string
              subtype: string
              thread_ts: {type: string, write: create}
              reply_count: int64
              latest_reply: {type: string, description: The last reply in its thread.}
            cursor: {field: ts, form: decimal, lag: 1 m, order: descending}
            parent: {entity: channels, setting: channel, unreadable: [not_in_channel, channel_not_found]}
            read:
              path: /api/conversations.history
              query: {channel: "{channel}", limit: "{limit}", oldest: "{since}", inclusive: "true"}
              size: 200
              records: messages
              page: {cursor: response_metadata.next_cursor, parameter: cursor, more: has_more, resume: latest}
              limits: [{requests: 50, per: 1 m}]
            write:
              create: {method: POST, path: /api/chat.postMessage, limits: [{requests: 60, per: 1 m}]}
          replies:
            description: "A reply in a thread of a channel. All messages are looked through for threads; of these, those are read that have got a reply."
            key: ts
            fields:
              channel: string
              thread: {type: string, description: The message that began the thread.}
              ts: {type: string, description: Tells messages of a channel apart.}
              user: string
              text: string
              type: string
              subtype: string
            cursor: {field: ts, form: decimal, lag: 1 m}
            parent: {entity: messages, setting: thread, count: reply_count, changes: [reply_count, latest_reply], unreadable: [not_in_channel, channel_not_found, thread_not_found]}
            read:
              path: /api/conversations.replies
              query: {channel: "{channel}", ts: "{thread}", limit: "{limit}", oldest: "{since}", inclusive: "true"}
              size: 200
              records: messages
              has_parent: true
              page: {cursor: response_metadata.next_cursor, parameter: cursor, more: has_more}
              limits: [{requests: 50, per: 1 m}]
        """
}
