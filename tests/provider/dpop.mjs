// Tokens of the provider that are bound to a key, at a service that demands proofs: `oauth4webapi` makes them, and so does `dpop`. What
// each step found, as JSON. The client's secret comes by the environment.
import * as oauth from "oauth4webapi";
import * as dpop from "dpop";

const { ORIGIN, ISSUER, RESOURCE, OPAQUE, CLIENT_ID, CLIENT_SECRET } = process.env;
// Plain http, since all is on this machine.
const options = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(ISSUER);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
const client = { client_id: CLIENT_ID };

async function token(resource, proof) {
    const parameters = { resource, scope: "read" };
    const bound = { ...options, DPoP: proof };
    const answer = await oauth.clientCredentialsGrantRequest(server, client, oauth.ClientSecretBasic(CLIENT_SECRET), parameters, bound);
    const said = await oauth.processClientCredentialsResponse(server, client, answer);
    if (said.token_type !== "dpop") throw new Error(`a token of type ${said.token_type}`);
    return said.access_token;
}

// The status and the text of an answer; a nonce that is wanted is taken up once.
async function call(path, token, proof) {
    const url = new URL(`${ORIGIN}${path}`);
    const bound = { ...options, DPoP: proof };
    const ask = () => oauth.protectedResourceRequest(token, "GET", url, undefined, undefined, bound);
    let asked = 1;
    const answer = await ask().catch((error) => {
        if (!oauth.isDPoPNonceError(error)) throw error;
        asked += 1;
        return ask();
    });
    return { status: answer.status, body: await answer.text(), asked };
}

const byOauth4webapi = {};
for (const algorithm of ["ES256", "ES384", "Ed25519", "PS256", "RS256"]) {
    const proof = oauth.DPoP(client, await oauth.generateKeyPair(algorithm));
    const bound = await token(RESOURCE, proof);
    byOauth4webapi[algorithm] = [await call("/dpop", bound, proof), await call("/dpop/nonce", bound, proof), await call("/dpop/nonce", bound, proof)];
}
const proof = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
const opaque = await call("/dpop/opaque", await token(OPAQUE, proof), proof);

// A token of one client, and proofs by the other library with the same key.
const pair = await dpop.generateKeyPair("ES256", { extractable: true });
const bound = await token(RESOURCE, oauth.DPoP(client, pair));
async function send(path, { scheme = "DPoP", method = "GET", url = `${ORIGIN}${path}`, nonce, token = bound, keys = pair, proof } = {}) {
    const proofs = proof ?? (await dpop.generateProof(keys, url, method, nonce, token));
    const headers = { authorization: `${scheme} ${bound}`, dpop: proofs };
    const answer = await fetch(`${ORIGIN}${path}`, { headers });
    const error = /error="([a-z_]+)"/.exec(answer.headers.get("www-authenticate"))?.[1];
    return { status: answer.status, error, nonce: answer.headers.get("dpop-nonce") };
}
const brief = ({ status, error }) => (error ? `${status} ${error}` : `${status}`);
const used = await dpop.generateProof(pair, `${ORIGIN}/dpop`, "GET", undefined, bound);
const wanted = await send("/dpop/nonce");
const byDpop = {
    good: brief(await send("/dpop")),
    capitals: brief(await send("/dpop", { scheme: "DPOP" })),
    first: brief(await send("/dpop", { proof: used })),
    again: brief(await send("/dpop", { proof: used })),
    method: brief(await send("/dpop", { method: "POST" })),
    url: brief(await send("/dpop", { url: `${ORIGIN}/other` })),
    token: brief(await send("/dpop", { token: "another" })),
    key: brief(await send("/dpop", { keys: await dpop.generateKeyPair("ES256") })),
    bearer: brief(await send("/dpop", { scheme: "Bearer" })),
    wanted: brief(wanted),
    nonce: brief(await send("/dpop/nonce", { nonce: wanted.nonce })),
};
console.log(JSON.stringify({ byOauth4webapi, opaque, byDpop }));
