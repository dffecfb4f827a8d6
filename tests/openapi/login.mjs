// People who sign in at a provider, in Chromium: npm's `oidc-provider`, and two showcases that share a Redis. Environment: CHROMIUM, SHOWCASE (the
// program), REDIS_URL, PICTURES (a folder, optional). Ends with an error where something is not as expected.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { launch, openPage, picture } from "./browser.mjs";

// It remarks on storage in memory and on versions of Node.
console.info = console.warn = () => {};
const { default: Provider } = await import("../provider/node_modules/oidc-provider/lib/index.js");

const { SHOWCASE, REDIS_URL } = process.env;
const SECRET = "a secret of the showcase's, of more than 32 bytes";

// The provider, which answers once the showcases are known, whose addresses its clients have.
let ready;
const provider = new Promise((resolve) => (ready = resolve));
// The parameters of each request, by path.
const asked = [];
const server = createServer(async (request, answer) => {
    asked.push(new URL(request.url, "http://provider"));
    (await provider).callback()(request, answer);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const started = [];
async function showcase() {
    const env = { ...process.env, BIND: "127.0.0.1:0", OIDC_ISSUER: issuer, LOGIN_CLIENT_ID: "showcase", LOGIN_CLIENT_SECRET: SECRET, REDIS_URL };
    const child = spawn(SHOWCASE, { env, stdio: ["ignore", "pipe", "inherit"] });
    started.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
        const said = line.match(/^listening on (http:.*)$/);
        if (said) return said[1];
    }
    throw new Error("the showcase ended");
}

const browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const open = () => openPage(browser);
const cookieOf = async (context, base) => (await context.cookies(base)).find((cookie) => cookie.name === "session");

// What somebody does at the provider.
async function authenticate(page, name) {
    await page.waitForURL(`${issuer}/interaction/**`);
    await page.locator("input[name=login]").fill(name);
    await page.locator("input[name=password]").fill("anything");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
}

try {
    const [BASE, OTHER] = [await showcase(), await showcase()];
    const client = {
        client_id: "showcase",
        client_secret: SECRET,
        redirect_uris: [`${BASE}/oidc/callback`, `${OTHER}/oidc/callback`],
        response_types: ["code"],
        grant_types: ["authorization_code", "refresh_token"],
    };
    ready(
        new Provider(issuer, {
            clients: [client],
            claims: { openid: ["sub"], profile: ["name"] },
            conformIdTokenClaims: false,
            pkce: { required: () => true },
            findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `<b>${id}</b> & co` }) }),
            cookies: { keys: ["of this test alone"] },
        }),
    );

    {
        // A page is wanted, the provider says who it is, and the way leads back.
        const { context, page } = await open();
        await page.goto(`${BASE}/oidc/login?to=/me%3Ftab%3D1`);
        await authenticate(page, "carol");
        await page.getByRole("heading", { name: "Hello <b>carol</b> & co" }).waitFor();
        await picture(page, "login-me");
        assert.equal(page.url(), `${BASE}/me?tab=1`);
        const sent = asked.find((url) => url.pathname === "/auth").searchParams;
        assert.deepEqual(
            [sent.get("response_type"), sent.get("code_challenge_method"), sent.get("redirect_uri"), sent.get("scope")],
            ["code", "S256", `${BASE}/oidc/callback`, "openid profile"],
        );
        const cookies = await context.cookies(BASE);
        assert.deepEqual(cookies.filter((cookie) => cookie.path === "/").map((cookie) => cookie.name), ["session"], "the sign-in left nothing");
        assert.equal(await page.evaluate(() => document.cookie), "", "no script reads it");
        const me = await page.evaluate(() => fetch("/api/me").then((answer) => answer.json()));
        assert.deepEqual([me.subject, me.issuer ?? issuer], ["carol", issuer]);
        const sessions = await page.evaluate(() => fetch("/sessions").then((answer) => answer.json()));
        assert.deepEqual(sessions.map((one) => one.is_this), [true]);

        // Who is known there signs in without a word.
        await context.clearCookies({ name: "session" });
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await page.getByRole("heading", { name: "Hello <b>carol</b> & co" }).waitFor();

        // Signed in here, known on the other machine, ended on both.
        const session = await cookieOf(context, BASE);
        const there = await fetch(`${OTHER}/api/me`, { headers: { Cookie: `session=${session.value}` } });
        assert.equal(there.status, 401, "another origin is another application");
        await page.getByRole("button", { name: "Sign out everywhere" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.equal(await cookieOf(context, BASE), undefined);
        await context.close();
    }
    {
        // The answer is used twice, and brought to another browser.
        const { context, page } = await open();
        let back;
        page.on("request", (request) => {
            if (request.url().startsWith(`${BASE}/oidc/callback`)) back = request.url();
        });
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "dave");
        await page.getByRole("heading", { name: "Hello" }).waitFor();
        const again = await page.goto(back);
        assert.equal(again.status(), 400);
        await page.getByText("This sign-in was not begun in this browser, or is over already.").waitFor();
        await picture(page, "login-replayed");
        assert.equal((await page.goto(`${BASE}/me`)).status(), 200, "and the session stands");
        await context.close();

        const [thief, victim] = [await open(), await open()];
        let stolen;
        await thief.page.route(`${BASE}/oidc/callback**`, (route) => {
            stolen = route.request().url();
            return route.abort();
        });
        await thief.page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(thief.page, "mallory").catch(() => {});
        for (let tries = 0; !stolen && tries < 100; tries++) await new Promise((later) => setTimeout(later, 100));
        const put = await victim.page.goto(stolen);
        assert.equal(put.status(), 400, "nobody is signed in as somebody else");
        assert.equal(await cookieOf(victim.context, BASE), undefined);
        await thief.context.close();
        await victim.context.close();
    }
    {
        // A mix-up: the answer names another provider than the one that was asked.
        const { context, page } = await open();
        await page.route(`${BASE}/oidc/callback**`, (route) => {
            const url = new URL(route.request().url());
            assert.equal(url.searchParams.get("iss"), issuer);
            url.searchParams.set("iss", "https://evil.example");
            return route.fulfill({ status: 303, headers: { Location: url.href } });
        }, { times: 1 });
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "erin");
        await page.getByText("The answer came from another sign-in service than the one asked.").waitFor();
        assert.equal(await cookieOf(context, BASE), undefined);
        await context.close();
    }
    {
        // Somebody changes their mind.
        const { context, page } = await open();
        await page.goto(`${BASE}/oidc/login`);
        await page.waitForURL(`${issuer}/interaction/**`);
        await page.getByRole("link", { name: "Cancel" }).click();
        await page.getByText("The sign-in was cancelled or refused. You are not signed in.").waitFor();
        await picture(page, "login-cancelled");
        await page.getByRole("link", { name: "Sign in" }).click();
        await page.waitForURL(`${issuer}/interaction/**`);
        await context.close();
    }
    console.log("signing in at a provider in Chromium: as expected");
} finally {
    await browser.close();
    started.forEach((child) => child.kill());
    server.closeAllConnections();
    server.close();
}
