// From a 401 to a 200 with the client of the Model Context Protocol: what each step found, as JSON. The client's secret comes
// by the environment.
import {
    discoverAuthorizationServerMetadata,
    discoverOAuthProtectedResourceMetadata,
    extractWWWAuthenticateParams,
} from "@modelcontextprotocol/sdk/client/auth.js";
import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { withOAuth } from "@modelcontextprotocol/sdk/client/middleware.js";

const { ROUTE, CLIENT_ID, CLIENT_SECRET, ISSUER } = process.env;

// Step by step.
const refused = await fetch(ROUTE);
const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(refused);
const resource = await discoverOAuthProtectedResourceMetadata(ROUTE, { resourceMetadataUrl });
const server = await discoverAuthorizationServerMetadata(resource.authorization_servers[0]);

// And by itself, with every request it makes.
const asked = [];
const noting = (input, init) => {
    asked.push(new URL(input).pathname);
    return fetch(input, init);
};
const client = new ClientCredentialsProvider({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    scope,
    expectedIssuer: ISSUER,
});
const accepted = await withOAuth(client, ROUTE)(noting)(ROUTE);
console.log(JSON.stringify({
    refused: { status: refused.status, metadata: resourceMetadataUrl, scope },
    resource,
    issuer: server.issuer,
    token_endpoint: server.token_endpoint,
    accepted: { status: accepted.status, body: await accepted.text() },
    asked,
}));
