extension EmbeddedDeclarations {
    /// Source: Marketo's REST API guide, "Authentication", "Error codes", "Activities", "Bulk Extract", "Bulk Lead Extract", "Paging tokens", "Leads"
    /// (sync leads: 300 records of a request, a status and reasons for each).
    static let marketo = """
        connector: marketo
        summary: Leads and activities of Marketo, by its REST API and its bulk extracts.
        settings:
          munchkin: {description: "The account's id, as its address has it.", example: 123-ABC-456}
          client_id: {description: The id of an API user's service.}
          client_secret: {description: The secret of the service., secret: true}
          activity_types: {description: "Ids of activity types to read, ten at most, with commas.", optional: true, example: "1,6,12,13"}
        url: https://{munchkin}.mktorest.com
        auth:
          - client_credentials: {token: /identity/oauth/token, id: "{client_id}", secret: "{client_secret}"}
        check: /rest/v1/activities/types.json
        headers: {Accept: application/json}
        limits: [{name: marketo, requests: 100, per: 20 s}, {name: marketo of a day, requests: 50000, per: 1 d}]
        concurrency: 10
        answers:
          success: {path: success, is: "true"}
          code: errors.0.code
          message: errors.0.message
          renew_codes: ["600", "601", "602"]
          throttle_codes: ["606", "615"]
          spent_codes: ["607", "1029"]
          retry_codes: ["604", "608", "611", "713"]
          expired_codes: ["1077"]
        entities:
          activities:
            description: Something that a lead did, or that was done to it.
            key: marketoGUID
            fields:
              marketoGUID: string
              leadId: int64
              activityDate: timestamptz
              activityTypeId: int64
              campaignId: int64
              primaryAttributeValueId: int64
              primaryAttributeValue: string
            cursor: {field: activityDate, sent: time, lag: 10 m, earliest: "1970-01-01T00:00:00Z"}
            read:
              path: /rest/v1/activities.json
              query: {activityTypeIds: "{activity_types}", batchSize: "{limit}"}
              size: 300
              records: result
              page:
                cursor: nextPageToken
                parameter: nextPageToken
                more: moreResult
                may_be_absent: true
                opening: {path: /rest/v1/activities/pagingtoken.json, query: {sinceDatetime: "{since}"}, cursor: nextPageToken}
          leads:
            description: A person, known or not.
            key: id
            fields:
              id: int64
              email: {type: string, write: [upsert, update]}
              firstName: {type: string, write: [upsert, update]}
              lastName: {type: string, write: [upsert, update]}
              company: {type: string, write: [upsert, update]}
              leadScore: {type: int64, write: [upsert, update]}
              createdAt: timestamptz
              updatedAt: timestamptz
            cursor: {field: updatedAt, sent: time, lag: 10 m, earliest: "1970-01-01T00:00:00Z"}
            job:
              create:
                path: /bulk/v1/leads/export/create.json
                body: '{{"format": "CSV", "fields": [{quoted_fields}], "filter": {{"updatedAt": {{"startAt": "{since}", "endAt": "{until}"}}}}}}'
              id: result.0.exportId
              start: {path: "/bulk/v1/leads/export/{job}/enqueue.json"}
              status: /bulk/v1/leads/export/{job}/status.json
              state: result.0.status
              waiting: Created
              done: Completed
              failed: [Failed, Cancelled, Canceled]
              message: result.0.errorMsg
              span: 31 d
              results: {path: "/bulk/v1/leads/export/{job}/file.json", ranges: true, nulls: ["null", ""]}
            write:
              upsert:
                method: POST
                path: /rest/v1/leads.json
                batch: &sync
                  rows: 300
                  list: input
                  members: {action: createOrUpdate, lookupField: email}
                  keys: email
                  results: result
                  status: status
                  written: [created, updated]
                  code: reasons.0.code
                  message: reasons.0.message
              update:
                method: POST
                path: /rest/v1/leads.json
                batch:
                  <<: *sync
                  members: {action: updateOnly, lookupField: id}
                  keys: id
        """
}
