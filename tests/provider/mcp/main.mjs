// The example `mcp_server`, by the official clients of the Model Context Protocol and by its conformance tool, against a real provider.
// PROGRAM is the server. Ends with an error at the first thing that is not as expected.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import * as newest from "@modelcontextprotocol/client";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { documents, visit } from "./client.mjs";
import { startProvider } from "./provider.mjs";

const SCOPES = ["files:read", "files:write"];
const folder = new URL(".", import.meta.url);

async function freePort() {
    const server = createServer();
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return port;
}

const provider = await startProvider(SCOPES, documents);
const origin = `http://127.0.0.1:${await freePort()}`;
const url = `${origin}/mcp`;
const server = spawn(process.env.PROGRAM, {
    env: { ...process.env, BIND: origin.slice("http://".length), PUBLIC_ORIGIN: origin, OIDC_ISSUER: provider.issuer, AUDIENCE: url },
    stdio: ["ignore", "pipe", "pipe"],
});
let log = "";
server.stderr.on("data", (text) => (log += text));
process.on("exit", (status) => {
    // Only what was started here.
    server.kill();
    if (status) console.error(log);
});
for await (const line of createInterface({ input: server.stdout })) if (line.startsWith("listening on ")) break;
// Until the provider's keys are there, a token is answered 503.
const bad = { headers: { authorization: "Bearer x.y.z" }, method: "POST" };
for (let tries = 0; (await fetch(url, bad)).status === 503 && tries < 100; tries++) await new Promise((then) => setTimeout(then, 100));

const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
const refused = await fetch(url, { method: "POST" });
assert.equal(refused.status, 401);
assert.equal(refused.headers.get("www-authenticate"), `Bearer realm="files", scope="files:read", resource_metadata="${metadata}"`);
assert.deepEqual(await (await fetch(metadata)).json(), {
    resource: url,
    authorization_servers: [provider.issuer],
    scopes_supported: SCOPES,
    bearer_methods_supported: ["header"],
    resource_name: "Files",
});

// The whole way, by each client itself, which nobody knows before. It asks for the scope that the 401 names, and then for all that the 403 names.
const older = { Client, StreamableHTTPClientTransport, UnauthorizedError };
const newer = { ...newest, options: { versionNegotiation: { mode: { pin: "2026-07-28" } } } };
const clients = {
    "@modelcontextprotocol/sdk": older,
    "@modelcontextprotocol/sdk, by its metadata": { ...older, publishes: true },
    "@modelcontextprotocol/client, 2026-07-28": newer,
    "@modelcontextprotocol/client, 2026-07-28, by its metadata": { ...newer, publishes: true },
};
let token;
for (const [name, client] of Object.entries(clients)) {
    const { seen, token: last, id, ...found } = await visit(client, url);
    assert.deepEqual(found, {
        before: ["list_files", "read_file"],
        after: ["list_files", "read_file", "write_file"],
        asked: [
            { scope: "files:read", resource: url },
            { scope: "files:read files:write", resource: url },
        ],
        written: "5 bytes written",
        read: "hello",
    }, name);
    assert.equal(id in documents, Boolean(client.publishes), name);
    assert.equal(seen.filter((line) => line === "POST /reg: 201").length, client.publishes ? 0 : 1, name);
    for (const step of ["POST /mcp", "POST /token", "POST /mcp tools/call: 403", "POST /mcp tools/call: 200"])
        assert(seen.some((line) => line.startsWith(step)), `${name}: no ${step} in\n${seen.join("\n")}`);
    console.log(`${name}: 401, metadata,${client.publishes ? "" : " registration,"} consent, token, list, 403, consent, token, call: ${seen.length} requests`);
    token = last;
}

// What lacks a scope is answered so, as the specification says.
const claims = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "write_file", arguments: {} } };
const elsewhere = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}`, origin: "https://evil.example" }, body: JSON.stringify(claims) });
assert.deepEqual([elsewhere.status, elsewhere.headers.get("www-authenticate")], [403, null]);

// The conformance tool sends no token: a proxy on the same host adds it.
const proxy = createServer((incoming, outgoing) => {
    const { host, ...headers } = incoming.headers;
    const sent = host?.startsWith("127.0.0.1") ? origin.slice("http://".length) : host;
    const own = headers.origin === `http://${host}` && sent !== host ? { origin } : {};
    const onward = ask(url, { method: incoming.method, headers: { ...headers, ...own, host: sent, authorization: `Bearer ${token}` } }, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
});
await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
const tool = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/dist/index.js");
const run = (...parameters) =>
    new Promise((ended) => {
        const child = spawn(process.execPath, ["--import", new URL("older-node.mjs", folder).href, tool, ...parameters]);
        let said = "";
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
        child.on("exit", (status) => ended({ status, said }));
    });

// Every scenario of the tool has its place in the list of those that apply, or of those that do not, with the reason.
const scenarios = JSON.parse(readFileSync(new URL("conformance.json", folder)));
const listed = [...(await run("list", "--server")).said.matchAll(/^ {2}- (\S+) \[(.*)\]$/gm)].map(([, name, versions]) => ({ name, versions }));
assert(listed.length > 50, "the tool lists its scenarios");
const unlisted = listed.filter(({ name }) => !(name in scenarios.applies) && !Object.values(scenarios.not_applicable).flat().includes(name));
assert.deepEqual(unlisted, [], "scenarios without a place in conformance.json");
let checks = 0;
for (const [name, versions] of Object.entries(scenarios.applies))
    for (const version of versions) {
        const { port } = proxy.address();
        const parameters = ["server", "--url", `http://127.0.0.1:${port}/mcp`, "--scenario", name, "--spec-version", version];
        const { status, said } = await run(...parameters, "--expected-failures", new URL("conformance.yml", folder).pathname);
        assert.equal(status, 0, `${name} of ${version}\n${said}`);
        checks += [...said.matchAll(/\] (?:\x1b\[\d+m)*SUCCESS/g)].length;
        if (process.env.VERBOSE) console.log(said);
    }
console.log(`conformance: ${Object.values(scenarios.applies).flat().length} runs without a failure, ${checks} checks`);
proxy.close();
provider.stop();
process.exit();
