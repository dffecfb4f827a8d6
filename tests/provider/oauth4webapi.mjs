// From a 401 to a 200 with `oauth4webapi`: what each step found, as JSON. The client's secret comes by the environment.
import * as oauth from "oauth4webapi";

const { ROUTE, CLIENT_ID, CLIENT_SECRET } = process.env;
// Plain http, since all is on this machine.
const options = { [oauth.allowInsecureRequests]: true };
const route = new URL(ROUTE);
const call = (token, url = route) => oauth.protectedResourceRequest(token, "GET", url, undefined, undefined, options);

// The status and the challenges of a refusal, as the library reads them.
async function refusal(token, url) {
    try {
        await call(token, url);
    } catch (error) {
        if (error instanceof oauth.WWWAuthenticateChallengeError) return { status: error.status, challenges: error.cause };
        throw error;
    }
    throw new Error("it was not refused");
}

const refused = await refusal("no-token-of-anybody");
const { resource_metadata: metadata, scope } = refused.challenges[0].parameters;
const resource = await oauth.processResourceDiscoveryResponse(route, await fetch(metadata));
// The same, found from the address of the resource alone.
const found = await oauth.processResourceDiscoveryResponse(route, await oauth.resourceDiscoveryRequest(route, options));

const issuer = new URL(resource.authorization_servers[0]);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
const client = { client_id: CLIENT_ID };
async function token(scope, proof) {
    const parameters = { resource: resource.resource, scope };
    const secret = oauth.ClientSecretBasic(CLIENT_SECRET);
    const bound = { ...options, DPoP: proof };
    const answer = await oauth.clientCredentialsGrantRequest(server, client, secret, parameters, bound);
    return (await oauth.processClientCredentialsResponse(server, client, answer)).access_token;
}

const accepted = await call(await token(scope));
const lacking = await refusal(await token("write"));
// Of nobody who has authenticated strongly, or of late (RFC 9470).
const weak = await refusal(await token(scope), new URL(`${ROUTE}/strong`));
// Bound to a key of this client (RFC 9449), and presented as if it were not.
const bound = await refusal(await token(scope, oauth.DPoP(client, await oauth.generateKeyPair("ES256"))));
console.log(JSON.stringify({
    refused,
    resource,
    same: JSON.stringify(resource) === JSON.stringify(found),
    issuer: server.issuer,
    accepted: { status: accepted.status, body: await accepted.text() },
    lacking,
    weak,
    bound,
}));
