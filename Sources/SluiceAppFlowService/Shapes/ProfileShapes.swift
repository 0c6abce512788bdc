import SluiceServer

/// The structures of connector profiles.
enum ProfileShapes {
    static let config: Shape = .structure([
        .required("connectorProfileProperties", .structure(properties)),
        .optional("connectorProfileCredentials", .structure(credentials)),
    ])

    private static let address: Shape = .structure([.required("instanceUrl", .text(Rules.instance))])

    private static let properties: [ShapeMember] = [
        .optional(
            "Salesforce",
            .structure([
                .optional("instanceUrl", .text(Rules.instance)), .optional("isSandboxEnvironment", .boolean),
                .optional("usePrivateLinkForMetadataAndAuthorization", .boolean),
            ])), .optional("Slack", address), .optional("ServiceNow", address), .optional("Marketo", address),
        .optional("Zendesk", address),
        .optional(
            "CustomConnector",
            .structure([
                .optional("profileProperties", .map(0...50, key: Rules.mapKey, value: Rules.mapValue)),
                .optional(
                    "oAuth2Properties",
                    .structure([
                        .required("tokenUrl", .text(Rules.url)),
                        .required(
                            "oAuth2GrantType", .text(TextRule(values: ["CLIENT_CREDENTIALS", "AUTHORIZATION_CODE", "JWT_BEARER"]))),
                        .optional("tokenUrlCustomProperties", .map(0...50, key: Rules.mapKey, value: Rules.mapValue)),
                    ])),
            ])),
    ]

    private static let request: ShapeMember = .optional(
        "oAuthRequest",
        .structure([
            .optional("authCode", .text(Rules.credential)), .optional("redirectUri", .text(Rules.credential)),
            .optional("codeVerifier", .text(Rules.credential)),
        ]))
    private static func secret(_ name: String) -> ShapeMember { .optional(name, .text(Rules.credential)) }
    private static let client: [ShapeMember] = [
        .required("clientId", .text(Rules.credential)), .required("clientSecret", .text(Rules.credential)), secret("accessToken"), request,
    ]
    private static let oauth: [ShapeMember] = [
        secret("clientId"), secret("clientSecret"), secret("accessToken"), secret("refreshToken"), request,
    ]

    private static let credentials: [ShapeMember] = [
        .optional(
            "Salesforce",
            .structure([
                secret("accessToken"), secret("refreshToken"), request, .optional("clientCredentialsArn", .text(Rules.secretARN)),
                .optional("oAuth2GrantType", .text(TextRule(values: ["CLIENT_CREDENTIALS", "AUTHORIZATION_CODE", "JWT_BEARER"]))),
                secret("jwtToken"),
            ])),
        .optional("Slack", .structure(client)), .optional("Marketo", .structure(client)), .optional("Zendesk", .structure(client)),
        .optional(
            "ServiceNow", .structure([secret("username"), secret("password"), .optional("oAuth2Credentials", .structure(oauth))])),
        .optional(
            "CustomConnector",
            .structure([
                .required("authenticationType", .text(TextRule(values: ["OAUTH2", "APIKEY", "BASIC", "CUSTOM"]))),
                .optional(
                    "basic",
                    .structure([.required("username", .text(Rules.credential)), .required("password", .text(Rules.credential))])),
                .optional("oauth2", .structure(oauth)),
                .optional("apiKey", .structure([.required("apiKey", .text(Rules.credential)), secret("apiSecretKey")])),
                .optional(
                    "custom",
                    .structure([
                        .required("customAuthenticationType", .text(Rules.mapValue)),
                        .optional("credentialsMap", .map(0...50, key: Rules.mapKey, value: Rules.credential)),
                    ])),
            ])),
    ]
}
