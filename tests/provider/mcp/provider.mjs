// An identity provider for MCP: tokens are JWTs for the resource that was named, and whoever signs in is alice, who consents to everything.
// Returns where it is once it listens. It knows no client before: one registers itself (RFC 7591), or its id is the address of its metadata,
// which `documents` has, for nothing on this machine speaks https.
import { createServer } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";

// It remarks on storage in memory and on versions of Node.
console.info = console.warn = () => {};
const { default: Provider } = await import("oidc-provider");

export async function startProvider(scopes, documents) {
    const server = createServer((request, response) => handle(request, response));
    let handle;
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
    const provider = new Provider(issuer, {
        jwks: { keys: [{ ...key, alg: "ES256", use: "sig", kid: "one" }] },
        clientAuthMethods: ["none"],
        clientDefaults: { id_token_signed_response_alg: "ES256", application_type: "native" },
        fetch: async (url) => {
            const document = documents[url];
            return document ? Response.json(document) : new Response("", { status: 404 });
        },
        cookies: { keys: [randomBytes(16).toString("hex")] },
        scopes: ["openid", ...scopes],
        findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
        interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
        pkce: { required: () => true },
        features: {
            devInteractions: { enabled: false },
            registration: { enabled: true },
            clientIdMetadataDocument: { enabled: true, ack: "draft-02", allowFetch: () => true, allowClient: () => true },
            resourceIndicators: {
                enabled: true,
                getResourceServerInfo: (_, resource) => ({
                    scope: scopes.join(" "),
                    audience: resource,
                    accessTokenFormat: "jwt",
                    jwt: { sign: { alg: "ES256" } },
                }),
                useGrantedResource: () => true,
            },
        },
    });
    const serve = provider.callback();
    handle = async (request, response) => {
        if (request.url === "/reg") {
            request.body = JSON.parse(Buffer.concat(await request.toArray()));
            // A client says the first scope that it wants, and would then be given no other.
            delete request.body.scope;
        }
        if (!request.url.startsWith("/interaction/")) return serve(request, response);
        const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
        let result = { login: { accountId: "alice" } };
        if (prompt.name === "consent") {
            const known = grantId && (await provider.Grant.find(grantId));
            const grant = known ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
            if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(" "));
            for (const [resource, missing] of Object.entries(prompt.details.missingResourceScopes ?? {}))
                grant.addResourceScope(resource, missing.join(" "));
            result = { consent: { grantId: await grant.save() } };
        }
        await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
    };
    return { issuer, stop: () => server.close() };
}
