// The way of an official client from a 401 to the tool that it wants, by what it is told alone. Returns what was asked and what it found.
import assert from "node:assert/strict";

import { browser } from "./browser.mjs";

const CALLBACK = "http://127.0.0.1:1/callback";
// The application's, as it registers them.
const METADATA = {
    client_name: "a client of MCP",
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
};
// Where others publish the same.
const PUBLISHED = "https://client.example/mcp.json";
export const documents = { [PUBLISHED]: { ...METADATA, client_id: PUBLISHED } };

// What an application with a browser keeps for its user.
class Authorization {
    redirectUrl = CALLBACK;
    clientMetadata = METADATA;
    follow = browser();
    asked = [];

    constructor({ publishes }) {
        if (publishes) this.clientMetadataUrl = PUBLISHED;
    }
    clientInformation = () => this.known;
    saveClientInformation = (known) => void (this.known = known);
    tokens = () => this.saved;
    saveTokens = (tokens) => void (this.saved = tokens);
    codeVerifier = () => this.verifier;
    saveCodeVerifier = (verifier) => void (this.verifier = verifier);
    async redirectToAuthorization(url) {
        const { searchParams } = url;
        const of = (name) => searchParams.get(name);
        assert.equal(of("code_challenge_method"), "S256");
        this.asked.push({ scope: of("scope"), resource: of("resource") });
        this.answer = (await this.follow(url, CALLBACK)).searchParams;
        assert(this.answer.get("code"), `${url} ends with ${this.answer}`);
    }
}

// `publishes` says whether the client's id is where its metadata are; else it registers itself.
export async function visit({ Client, StreamableHTTPClientTransport, UnauthorizedError, options, publishes }, url) {
    const authProvider = new Authorization({ publishes });
    const seen = [];
    const noting = async (input, init) => {
        const answer = await fetch(input, init);
        const path = new URL(input instanceof Request ? input.url : input).pathname;
        const method = typeof init?.body === "string" && init.body.startsWith("{") ? ` ${JSON.parse(init.body).method ?? ""}` : "";
        seen.push(`${init?.method ?? "GET"} ${path}${method}: ${answer.status}`.replace(" :", ":"));
        return answer;
    };
    const connect = async () => {
        const client = new Client({ name: "test", version: "1" }, options);
        const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider, fetch: noting });
        return { client, transport, connected: client.connect(transport) };
    };
    // Again, once the user has consented: the client says when.
    const authorized = async (transport, refused) => {
        await assert.rejects(refused, (error) => error instanceof UnauthorizedError || error.name === "UnauthorizedError");
        await transport.finishAuth(authProvider.answer.get("code"), authProvider.answer.get("iss") ?? undefined);
    };
    const first = await connect();
    await authorized(first.transport, first.connected);
    const { client, transport, connected } = await connect();
    await connected;
    const names = async () => (await client.listTools()).tools.map((tool) => tool.name);
    const before = await names();
    const write = () => client.callTool({ name: "write_file", arguments: { name: "a.txt", text: "hello" } });
    await authorized(transport, write());
    const written = await write();
    const read = await client.callTool({ name: "read_file", arguments: { name: "a.txt" } });
    const after = await names();
    await client.close();
    return {
        before,
        after,
        asked: authProvider.asked,
        written: written.content[0].text,
        read: read.content[0].text,
        seen,
        token: authProvider.saved.access_token,
        id: authProvider.known.client_id,
    };
}
