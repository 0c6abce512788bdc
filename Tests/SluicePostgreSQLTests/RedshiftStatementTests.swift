#if PostgreSQL
import SluiceCore
import Testing

@testable import SluiceConnectors

/// The statements as Redshift gets them.
@Suite("statements for Redshift") struct RedshiftStatementTests {
    private func statements(_ mode: DatabaseMode, keys: [String] = [], site: [String: String] = [:]) throws -> RedshiftStatements {
        let columns = ["id", "shop", "total"].map {
            RedshiftTargetSettings.Column(name: $0, declaration: "bigint", isRequired: keys.contains($0), mayBeAdded: false)
        }
        let staging =
            #"{"bucket": "b", "prefix": "", "site": \#(site.isEmpty ? "{}" : #"{"s3.region": "eu-west-1"}"#), "keepsFiles": false}"#
        return RedshiftStatements(
            RedshiftTargetSettings(
                place: PostgreSQLPlace(named: "dw"), table: try PostgreSQLName("sales.orders"), mode: mode, keys: keys, columns: columns,
                staging: try SettingsText.value(RedshiftStaging.self, staging.utf8, of: "staging")))
    }

    @Test("COPY reads what the manifest names, with the region of the bucket")
    func copy() throws {
        let form = "MANIFEST GZIP FORMAT AS JSON 'auto' TIMEFORMAT 'auto' DATEFORMAT 'auto'"
        #expect(
            try statements(.append).copy("s3://b/m", .role("default")).statement
                == "COPY \"sales\".\"orders\" (\"id\", \"shop\", \"total\") FROM 's3://b/m' IAM_ROLE default \(form)")
        #expect(
            try statements(.upsert, keys: ["id"], site: ["s3.region": "eu-west-1"]).copy(
                "s3://b/m", .keys(id: "AKID", secret: "s3cret", token: "t")
            ).statement
                == "COPY sluice_rows (\"sluice_ordinal\", \"id\", \"shop\", \"total\") FROM 's3://b/m' ACCESS_KEY_ID 'AKID' SECRET_ACCESS_KEY 's3cret' "
                + "SESSION_TOKEN 't' REGION 'eu-west-1' \(form) COMPUPDATE OFF STATUPDATE OFF")
    }

    @Test("an upsert deletes and inserts where the rows have all columns, and otherwise updates and inserts")
    func merge() throws {
        let statements = try statements(.upsert, keys: ["id", "shop"])
        let match = "\"orders\".\"id\" = sluice_last.\"id\" AND \"orders\".\"shop\" = sluice_last.\"shop\""
        let whole = statements.merge(into: ["id", "shop", "total"])
        #expect(whole.count == 3 && whole[1] == "DELETE FROM \"sales\".\"orders\" USING sluice_last WHERE \(match)")
        #expect(whole[0].contains("PARTITION BY \"id\", \"shop\" ORDER BY \"sluice_ordinal\" DESC"))
        let partial = statements.merge(into: ["id", "shop", "total", "note"])
        #expect(partial[0] == whole[0] && partial.count == 3)
        #expect(
            partial[1]
                == "UPDATE \"sales\".\"orders\" SET \"total\" = sluice_last.\"total\" FROM sluice_last WHERE \(match)")
        #expect(partial[2].hasSuffix("LEFT JOIN \"sales\".\"orders\" ON \(match) WHERE \"orders\".\"id\" IS NULL"))
    }

    @Test("nothing but DELETE empties a table, since TRUNCATE commits, and no statement is PostgreSQL's alone")
    func dialect() throws {
        let statements = try statements(.upsert, keys: ["id"])
        let all =
            [statements.clear, statements.create, statements.stage] + statements.merge(into: ["id", "shop", "total"])
            + statements.merge(into: ["x"])
        #expect(statements.clear == "DELETE FROM \"sales\".\"orders\"")
        for word in ["TRUNCATE", "ON CONFLICT", "ON COMMIT", "DISTINCT ON", "OVERRIDING", "::", "EXCLUDED"] {
            #expect(!all.contains { $0.uppercased().contains(word) }, "\(word)")
        }
    }
}
#endif
