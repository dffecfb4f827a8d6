// The clients of the service `tokens`: `fetch` and `axios`, under Node and in Chromium, against the service itself. Its access tokens end after
// two seconds. Environment: CHROMIUM, BASE. Ends with an error where something is not as expected.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import axios from "axios";
import { withTokens } from "../../examples/services/src/bin/tokens/client/axios.js";
import { client, SignedOut } from "../../examples/services/src/bin/tokens/client/fetch.js";
import { launch, openPage } from "./browser.mjs";

const { BASE } = process.env;
const ENDED = 3100;
const times = (number, task) => Promise.all(Array.from({ length: number }, task));

// What a browser does with the cookie, and which requests were made.
function jar() {
    const kept = { cookie: undefined, asked: [] };
    kept.take = (lines) => {
        for (const line of lines) kept.cookie = line.split(";")[0];
    };
    kept.fetch = async (url, options = {}) => {
        kept.asked.push(new URL(url).pathname);
        const headers = new Headers(options.headers);
        if (kept.cookie) headers.set("Cookie", kept.cookie);
        const answer = await fetch(url, { ...options, headers });
        kept.take(answer.headers.getSetCookie());
        return answer;
    };
    kept.axios = () => {
        const api = axios.create({ baseURL: BASE });
        api.interceptors.request.use((config) => {
            kept.asked.push(config.url);
            if (kept.cookie) config.headers.Cookie = kept.cookie;
            return config;
        });
        const take = (answer) => kept.take(answer?.headers["set-cookie"] ?? []);
        api.interceptors.response.use((answer) => (take(answer), answer), (error) => { take(error.response); throw error; });
        return api;
    };
    kept.refreshes = () => kept.asked.filter((path) => path === "/token").length;
    return kept;
}

// Both clients by the same words.
const kinds = {
    fetch(kept) {
        const api = client({ base: BASE, fetch: kept.fetch });
        return {
            signIn: (name, password) => api.signIn(name, password),
            signOut: () => api.signOut(),
            status: async (path, method = "GET") => (await api.call(path, { method })).status,
            isSignedOut: (error) => error instanceof SignedOut,
        };
    },
    axios(kept) {
        const api = kept.axios();
        const told = { signedOut: 0 };
        const tokens = withTokens(api, { signedOut: () => (told.signedOut += 1) });
        return {
            signIn: (name, password) => tokens.signIn(name, password),
            signOut: () => tokens.signOut(),
            status: (path, method = "GET") =>
                api.request({ url: path, method }).then(
                    (answer) => answer.status,
                    (error) => { if (error.config.url === "/token") throw error; return error.response.status; },
                ),
            isSignedOut: (error) => error.response?.status === 401 && told.signedOut > 0,
        };
    },
};

for (const [kind, open] of Object.entries(kinds)) {
    const kept = jar();
    const api = open(kept);
    await api.signIn("bob", "builder");
    assert.equal(await api.status("/api/me"), 200, kind);
    assert.equal(kept.refreshes(), 0, `${kind}: a token that counts is used`);

    await pause(ENDED);
    assert.deepEqual(await times(10, () => api.status("/api/me")), Array(10).fill(200), kind);
    assert.equal(kept.refreshes(), 1, `${kind}: one refresh for all that wait`);

    const before = kept.asked.length;
    assert.equal(await api.status("/api/people/alice/end", "POST"), 403, kind);
    assert.equal(kept.asked.length, before + 1, `${kind}: a 403 is not tried again`);

    // Somebody has copied the cookie, and was faster.
    const thief = jar();
    thief.cookie = kept.cookie;
    assert.equal((await thief.fetch(`${BASE}/token`, { method: "POST" })).status, 200);
    await pause(ENDED);
    await assert.rejects(api.status("/api/me"), api.isSignedOut, kind);
    assert.equal((await thief.fetch(`${BASE}/token`, { method: "POST" })).status, 401, `${kind}: the thief is out, too`);

    // And in again, and out.
    await api.signIn("bob", "builder");
    assert.equal(await api.status("/api/me"), 200, kind);
    await api.signOut();
    await assert.rejects(api.status("/api/me"), api.isSignedOut, kind);
    console.log(`node ${kind}: as expected`);
}

// A server that is never content is asked twice, and one that is away ends no session.
{
    let [asked, away] = [[], false];
    const stub = async (url) => {
        asked.push(url);
        if (url === "/token") return away ? new Response("", { status: 503 }) : Response.json({ access_token: `t${asked.length}` });
        return new Response("", { status: 401 });
    };
    const api = client({ fetch: stub });
    assert.equal((await api.call("/api")).status, 401);
    assert.deepEqual(asked, ["/token", "/api", "/token", "/api"], "once");
    [asked, away] = [[], true];
    await assert.rejects(api.call("/api"), (error) => !(error instanceof SignedOut));
    assert.deepEqual(asked, ["/api", "/token"]);

    asked = [];
    away = false;
    const other = axios.create({
        adapter: async (config) => {
            const answer = await stub(config.url);
            const response = { config, status: answer.status, headers: {}, data: answer.status === 200 ? await answer.json() : "" };
            if (answer.ok) return response;
            throw new axios.AxiosError("refused", "ERR", config, null, response);
        },
    });
    withTokens(other);
    await assert.rejects(other.get("/api"), (error) => error.response.status === 401);
    assert.deepEqual(asked, ["/token", "/api", "/token", "/api"], "once");
    console.log("node, a server that is not content: as expected");
}

const browser = await launch();
try {
    const { context, page } = await openPage(browser);
    let refreshes = 0;
    context.on("request", (request) => { refreshes += Number(new URL(request.url()).pathname === "/token"); });
    const signIn = async (page, name, password) => {
        await page.goto(`${BASE}/`);
        await page.getByLabel("Name").fill(name);
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByText(`You are ${name}`).waitFor();
    };
    const count = async (task) => {
        const before = refreshes;
        await task();
        return refreshes - before;
    };
    await signIn(page, "alice", "wonderland");
    assert.equal(await page.evaluate(() => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)), "{}{}");

    await pause(ENDED);
    assert.equal(await count(async () => {
        await page.getByRole("button", { name: "Ask again" }).click();
        await page.waitForResponse((answer) => answer.url().endsWith("/api/me") && answer.status() === 200);
    }), 1);

    await pause(ENDED);
    const ask = () => page.evaluate(async () => {
        const { client } = await import("/fetch.js");
        const api = client();
        const answers = await Promise.all(Array.from({ length: 10 }, () => api.call("/api/me")));
        return answers.map((answer) => answer.status);
    });
    assert.equal(await count(async () => assert.deepEqual(await ask(), Array(10).fill(200))), 1, "one for ten");

    // Two tabs, that both find nothing in their memory: they take turns.
    const other = await context.newPage();
    await Promise.all([page.goto(`${BASE}/`), other.goto(`${BASE}/`)]);
    await Promise.all([page, other].map((tab) => tab.getByText("You are alice").waitFor()));
    console.log("chromium fetch: as expected");

    await page.addScriptTag({ path: "node_modules/axios/dist/axios.min.js" });
    const source = readFileSync("../../examples/services/src/bin/tokens/client/axios.js", "utf8");
    const statuses = () => page.evaluate(async (source) => {
        const { withTokens } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
        const api = axios.create();
        withTokens(api);
        const answers = await Promise.all(Array.from({ length: 10 }, () => api.get("/api/me")));
        return answers.map((answer) => answer.status);
    }, source);
    assert.equal(await count(async () => assert.deepEqual(await statuses(), Array(10).fill(200))), 1, "one for ten");
    console.log("chromium axios: as expected");

    // Bob elsewhere, until alice ends all that is his.
    const { context: elsewhere, page: bob } = await openPage(browser);
    await signIn(bob, "bob", "builder");
    await bob.getByRole("button", { name: "End bob" }).click();
    await bob.getByText("refused: 403").waitFor();
    await page.getByRole("button", { name: "End bob" }).click();
    await page.getByText(/^ended [1-9]/).waitFor();
    await bob.getByRole("button", { name: "Ask again" }).click();
    await bob.getByRole("button", { name: "Sign in" }).waitFor();
    await elsewhere.close();

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.deepEqual(await context.cookies(BASE), []);
    console.log("chromium, ending: as expected");
} finally {
    await browser.close();
}
