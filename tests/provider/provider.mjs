// A real identity provider on a free port of 127.0.0.1, or on the port that is given: `node provider.mjs FOLDER [PORT]`.
//
// Its keys are in FOLDER, so that it has the same after a restart. It says on its first line where it is and which client
// credentials it knows, then answers each line of JSON on its input by one on its output, and ends when its input does.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { generateKeyPair, randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { Front } from "./front.mjs";

// It remarks on storage in memory and on versions of Node; the output is for answers only.
console.info = console.warn = () => {};
const { default: Provider, errors } = await import("oidc-provider");

const [folder, port] = process.argv.slice(2);
// Beside what else is going on: nobody who asks for something waits for keys to be made.
const generate = promisify(generateKeyPair);
const ALGORITHMS = {
    ES256: ["ec", { namedCurve: "P-256" }],
    RS256: ["rsa", { modulusLength: 2048 }],
    PS256: ["rsa", { modulusLength: 2048 }],
    EdDSA: ["ed25519", {}],
};

async function freshKeys() {
    const keys = Object.entries(ALGORITHMS).map(async ([alg, kind]) => {
        const jwk = (await generate(...kind)).privateKey.export({ format: "jwk" });
        return { ...jwk, alg, use: "sig", kid: `${alg}-${randomBytes(6).toString("hex")}` };
    });
    return { keys: await Promise.all(keys) };
}

// What is made once: the file keeps it over restarts.
const file = (name) => `${folder}/${name}.json`;
const keep = (name, value) => writeFileSync(file(name), JSON.stringify(value), { mode: 0o600 });
async function kept(name, make) {
    if (!existsSync(file(name))) keep(name, await make());
    return JSON.parse(readFileSync(file(name)));
}

let jwks = await kept("keys", freshKeys);
const credentials = await kept("credentials", async () => {
    const key = (await generate(...ALGORITHMS.ES256)).privateKey;
    return {
        // Not every client encodes what RFC 6749 section 2.3.1 wants encoded: here is nothing to encode.
        plain: randomBytes(24).toString("base64url"),
        // And here is all of it.
        secret: `${randomBytes(24).toString("base64")} :%+&=~"`,
        jwk: { ...key.export({ format: "jwk" }), alg: "ES256", kid: "client-key" },
        pem: key.export({ format: "pem", type: "pkcs8" }),
    };
});

const front = new Front();
const issuer = `http://127.0.0.1:${await front.listen(Number(port ?? 0))}`;

// A resource says by its path how its tokens are: `https://api.example/RS256`, `/opaque`, `/brief` for one second.
function resourceServer(resource) {
    const parts = new URL(resource).pathname.split("/");
    const alg = parts.find((part) => part in ALGORITHMS) ?? "ES256";
    const format = parts.includes("opaque") ? { accessTokenFormat: "opaque" } : { accessTokenFormat: "jwt", jwt: { sign: { alg } } };
    return { scope: "read write admin", audience: resource, accessTokenTTL: parts.includes("brief") ? 1 : 600, ...format };
}

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

// The provider has no exchange of tokens (RFC 8693) of its own, and takes one that is registered: of opaque access tokens, for one
// resource, with no more scopes than the token has.
async function exchange({ ClientCredentials, ResourceServer }, ctx) {
    const { client, params } = ctx.oidc;
    if (params.subject_token_type !== ACCESS_TOKEN || params.requested_token_type !== ACCESS_TOKEN) {
        throw new errors.InvalidRequest("only access tokens are exchanged");
    }
    const subject = await ClientCredentials.find(params.subject_token);
    if (!subject) throw new errors.InvalidGrant("the subject token is not good");
    const held = new Set(subject.scope?.split(" "));
    if (!params.scope?.split(" ").every((scope) => held.has(scope))) {
        throw new errors.InvalidScope("the subject token has not all of them", params.scope);
    }
    if (!params.resource?.startsWith("https://stock.example/")) throw new errors.InvalidTarget();
    const token = new ClientCredentials({ client, scope: params.scope });
    token.resourceServer = new ResourceServer(params.resource, resourceServer(params.resource));
    const issued = { issued_token_type: ACCESS_TOKEN, token_type: token.tokenType, expires_in: 600, scope: token.scope };
    ctx.body = { access_token: await token.save(), ...issued };
}

function start() {
    const machine = { redirect_uris: [], response_types: [], grant_types: ["client_credentials"] };
    const { plain, secret, jwk } = credentials;
    const { d, ...publicJwk } = jwk;
    const provider = new Provider(issuer, {
        jwks,
        clients: [
            { ...machine, client_id: "caller", client_secret: plain },
            { ...machine, client_id: "basic", client_secret: secret, grant_types: ["client_credentials", EXCHANGE] },
            { ...machine, client_id: "post", client_secret: secret, token_endpoint_auth_method: "client_secret_post" },
            {
                ...machine,
                client_id: "key",
                token_endpoint_auth_method: "private_key_jwt",
                token_endpoint_auth_signing_alg: "ES256",
                jwks: { keys: [publicJwk] },
            },
        ],
        clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        enabledJWA: { dPoPSigningAlgValues: ["ES256", "ES384", "Ed25519", "EdDSA", "PS256", "RS256"] },
        scopes: ["read", "write", "admin"],
        features: {
            devInteractions: { enabled: false },
            clientCredentials: { enabled: true },
            introspection: { enabled: true },
            revocation: { enabled: true },
            resourceIndicators: {
                enabled: true,
                defaultResource: () => undefined,
                getResourceServerInfo: (_, resource) => resourceServer(resource),
            },
        },
        cookies: { keys: [randomBytes(16).toString("hex")] },
    });
    const parameters = ["subject_token", "subject_token_type", "requested_token_type", "resource", "audience", "scope"];
    provider.registerGrantType(EXCHANGE, (ctx) => exchange(provider, ctx), parameters);
    front.handler = provider.callback();
}
start();

const commands = {
    // What was asked for since it was last told.
    counts() {
        const counts = { ...front.counts, taken: front.taken };
        for (const name in front.counts) front.counts[name] = 0;
        front.taken = 0;
        return counts;
    },
    fault({ place, fault }) {
        front.misbehave(place, fault);
    },
    // New keys sign, and the old ones are withdrawn.
    async rotate() {
        jwks = await freshKeys();
        keep("keys", jwks);
        start();
    },
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer ?? {})}\n`);
say({ issuer, plain: credentials.plain, secret: credentials.secret, pem: credentials.pem });
for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    say(await commands[command.do](command));
}
process.exit();
