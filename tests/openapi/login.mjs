// People who sign in at a provider, in Chromium: npm's `oidc-provider`, two showcases that share a Redis, and the example `backend_for_frontend` with
// the service that it calls. Environment: CHROMIUM, PROGRAMS (their folder), REDIS_PORT (a free one), REDIS_FOLDER, PICTURES (a folder, optional). Ends
// with an error where something is not as expected.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { launch, openPage, picture } from "./browser.mjs";
import { outage } from "./outage.mjs";
import { Redis } from "./redis.mjs";

// It remarks on storage in memory and on versions of Node.
console.info = console.warn = () => {};
const { default: Provider, interactionPolicy } = await import("../provider/node_modules/oidc-provider/lib/index.js");

const { PROGRAMS, REDIS_PORT, REDIS_FOLDER } = process.env;
const ORDERS = "https://orders.example";
const SECRET = "a secret of the showcase's, of more than 32 bytes";

// The provider, which answers once the showcases are known, whose addresses its clients have.
let ready;
const provider = new Promise((resolve) => (ready = resolve));
// The parameters of each request, by path.
const asked = [];
// Where a browser is sent with an answer; a test puts somebody in between.
let sendBack = (url) => url;
const server = createServer(async (request, answer) => {
    asked.push(new URL(request.url, "http://provider"));
    const setHeader = answer.setHeader.bind(answer);
    answer.setHeader = (name, value) => {
        const isBack = name.toLowerCase() === "location" && new URL(value, issuer).pathname === "/oidc/callback";
        return setHeader(name, isBack ? sendBack(value) : value);
    };
    (await provider).callback()(request, answer);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const started = [];
const redis = new Redis(REDIS_PORT, REDIS_FOLDER);
// Only what was started here; also where this takes too long.
const end = () => [...started, redis].forEach((one) => one.kill());
process.on("SIGTERM", () => process.exit(1)).on("exit", end);
await redis.start();
const showcase = (more = {}) => serve("showcase", { ...more, LOGIN_CLIENT_ID: "showcase", LOGIN_CLIENT_SECRET: SECRET, REDIS_URL: redis.url });
// Starts a program, and gives its address.
async function serve(name, more) {
    const env = { ...process.env, ...more, BIND: "127.0.0.1:0", OIDC_ISSUER: issuer };
    const child = spawn(`${PROGRAMS}/${name}`, { env, stdio: ["ignore", "pipe", "inherit"] });
    started.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
        const said = line.match(/^listening on (http:.*)$/);
        if (said) return said[1];
    }
    throw new Error(`${name} ended`);
}

const browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const open = () => openPage(browser);
const cookieOf = async (context, base) => (await context.cookies(base)).find((cookie) => cookie.name === "session");

// What the provider says of how somebody proved who they are.
let proven = "pwd";
// What somebody does at the provider.
async function prove(page, name) {
    await page.waitForURL(`${issuer}/interaction/**`);
    await page.locator("input[name=login]").fill(name);
    await page.locator("input[name=password]").fill("anything");
    await page.getByRole("button", { name: "Sign-in" }).click();
}
async function authenticate(page, name) {
    await prove(page, name);
    await page.getByRole("button", { name: "Continue" }).click();
}

// Asks again where a class is wanted that its own session lacks.
function askingForClasses() {
    const { Check, base } = interactionPolicy;
    const policy = base();
    const lacks = ({ oidc: { params, session, result } }) =>
        params.acr_values && session.accountId && !result?.login && !params.acr_values.split(" ").includes(session.acr);
    policy.get("login").checks.add(new Check("acr_values", "a stronger authentication is wanted", (at) => Boolean(lacks(at))));
    return policy;
}

try {
    const BASE = await showcase();
    // Another machine of the same service, by its address.
    const OTHER = await showcase({ PUBLIC_ORIGIN: BASE });
    // Nobody is signed in before what was revoked is known.
    const form = new URLSearchParams({ name: "alice", password: "wonderland" });
    for (const base of [BASE, OTHER]) {
        const isReady = () => fetch(`${base}/login`, { method: "POST", body: form, redirect: "manual" }).then((answer) => answer.status === 303);
        for (let tries = 0; !(await isReady()); tries++) {
            assert.ok(tries < 100, "it never gets ready");
            await new Promise((later) => setTimeout(later, 100));
        }
    }
    const orders = await serve("orders_api", { AUDIENCE: ORDERS });
    const PAGE = await serve("backend_for_frontend", {
        CLIENT_ID: "page",
        CLIENT_SECRET: SECRET,
        ORDERS_URL: orders,
        AUDIENCE: ORDERS,
    });
    const usual = { client_secret: SECRET, response_types: ["code"], grant_types: ["authorization_code", "refresh_token"] };
    const client = {
        ...usual,
        client_id: "showcase",
        redirect_uris: [`${BASE}/oidc/callback`],
        post_logout_redirect_uris: [`${BASE}/login`],
        backchannel_logout_uri: `${OTHER}/oidc/backchannel-logout`,
        backchannel_logout_session_required: true,
    };
    const page = { ...usual, client_id: "page", redirect_uris: [`${PAGE}/callback`], post_logout_redirect_uris: [`${PAGE}/`] };
    // Each token lasts so long.
    const LIFE = 4;
    // Refresh tokens that were used.
    const spent = [];
    const reuse = async () => {
        const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: spent[0] });
        const Authorization = `Basic ${btoa(`page:${encodeURIComponent(SECRET)}`)}`;
        const answer = await fetch(`${issuer}/token`, { method: "POST", body, headers: { Authorization } });
        assert.deepEqual([answer.status, (await answer.json()).error], [400, "invalid_grant"]);
    };
    const real = new Provider(issuer, {
        clients: [client, page],
        scopes: ["openid", "offline_access", "orders:read"],
        rotateRefreshToken: true,
        ttl: { AccessToken: LIFE },
        features: {
            backchannelLogout: { enabled: true },
            resourceIndicators: {
                enabled: true,
                defaultResource: () => undefined,
                useGrantedResource: () => true,
                getResourceServerInfo: () => ({
                    scope: "orders:read",
                    audience: ORDERS,
                    accessTokenTTL: LIFE,
                    accessTokenFormat: "jwt",
                }),
            },
        },
        acrValues: ["pwd", "mfa"],
        interactions: { policy: askingForClasses() },
        claims: { openid: ["sub"], profile: ["name"] },
        conformIdTokenClaims: false,
        pkce: { required: () => true },
        findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `<b>${id}</b> & co` }) }),
        cookies: { keys: ["of this test alone"] },
        // By default it asks no address of this machine.
        fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    });
    real.on("grant.success", ({ oidc }) => {
        if (oidc.params.grant_type === "refresh_token") spent.push(oidc.params.refresh_token);
    });
    const finish = real.interactionFinished.bind(real);
    real.interactionFinished = (request, answer, result, options) => {
        if (result.login) result.login.acr = proven;
        return finish(request, answer, result, options);
    };
    ready(real);

    {
        // A page is wanted, the provider says who it is, and the way leads back.
        const { context, page } = await open();
        await page.goto(`${BASE}/login?to=/me%3Ftab%3D1`);
        await picture(page, "login-form");
        await page.getByRole("button", { name: "Use your identity provider" }).click();
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
        assert.ok(!cookies.some((cookie) => cookie.name.startsWith("login")), "the sign-in left nothing");
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
        const ask = (base) => fetch(`${base}/api/me`, { headers: { Cookie: `session=${session.value}` } });
        assert.deepEqual([(await ask(BASE)).status, (await ask(OTHER)).status], [200, 200]);
        await page.getByRole("button", { name: "Sign out everywhere" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.equal(await cookieOf(context, BASE), undefined);
        assert.deepEqual([(await ask(BASE)).status, (await ask(OTHER)).status], [401, 401]);
        await context.close();
    }
    {
        // Begun on one machine, finished on the other.
        const { context, page } = await open();
        let sent = 0;
        sendBack = (url) => {
            sent += 1;
            return url.replace(BASE, OTHER);
        };
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "frank");
        await page.getByRole("heading", { name: "Hello <b>frank</b> & co" }).waitFor();
        sendBack = (url) => url;
        assert.equal(sent, 1);
        assert.equal(page.url(), `${BASE}/me`);
        await context.close();
    }
    {
        // A more recent sign-in is wanted: the provider asks again whom it knows, and the session comes back under another id.
        const { context, page } = await open();
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "gina");
        await page.getByRole("heading", { name: "Hello <b>gina</b> & co" }).waitFor();
        const before = await cookieOf(context, BASE);
        const ask = (cookie) => fetch(`${BASE}/api/me`, { headers: { Cookie: `session=${cookie.value}` } }).then((answer) => answer.status);
        await new Promise((later) => setTimeout(later, 5000));
        await page.goto(`${BASE}/oidc/login?to=/me&max_age=4`);
        await page.waitForURL(`${issuer}/interaction/**`);
        assert.equal(await ask(before), 200, "the session is as it was");
        await prove(page, "gina");
        await page.getByRole("heading", { name: "Hello <b>gina</b> & co" }).waitFor();
        assert.equal(asked.findLast((url) => url.pathname === "/auth").searchParams.get("max_age"), "4");
        const after = await cookieOf(context, BASE);
        assert.deepEqual([await ask(before), await ask(after)], [401, 200]);
        await context.close();
    }
    {
        // A page wants more than a password, by its policy: a link to it leads to the provider and, stronger, back.
        const { context, page } = await open();
        const begin = async () => {
            await page.goto(`${PAGE}/login?to=/`);
            await authenticate(page, "judy");
            await page.getByText("Hello <b>judy</b> & co").waitFor();
        };
        await begin();
        const weak = await cookieOf(context, PAGE);
        const ask = (cookie) => fetch(`${PAGE}/api/me`, { headers: { Cookie: `session=${cookie.value}` } }).then((answer) => answer.status);
        const wanted = async () => {
            await page.goto(`${PAGE}/`);
            await page.getByRole("link", { name: "Export my data" }).click();
            await page.waitForURL(`${issuer}/interaction/**`);
            const sent = asked.findLast((url) => url.pathname === "/auth").searchParams;
            assert.deepEqual([sent.get("acr_values"), sent.get("max_age")], ["mfa", "300"]);
        };
        // By a password again, and then as somebody else: the session is as it was, and nobody is sent there once more.
        await wanted();
        await authenticate(page, "judy");
        await page.getByText("This site asks for a stronger or more recent sign-in.").waitFor();
        await picture(page, "login-too-weak");
        assert.ok(page.url().startsWith(`${PAGE}/callback?`));
        proven = "mfa";
        await wanted();
        await authenticate(page, "mallory");
        await page.getByText("You signed in as somebody else than you are signed in as here.").waitFor();
        assert.ok(page.url().startsWith(`${PAGE}/callback?`));
        assert.deepEqual([(await cookieOf(context, PAGE)).value, await ask(weak)], [weak.value, 200]);

        // As herself, once the provider has forgotten mallory.
        await context.clearCookies({ name: /^_/ });
        await wanted();
        await authenticate(page, "judy");
        await page.getByText("all that is kept of <b>judy</b> & co").waitFor();
        assert.equal(page.url(), `${PAGE}/export`);
        const strong = await cookieOf(context, PAGE);
        assert.deepEqual([await ask(weak), await ask(strong)], [401, 200], "its id is renewed");
        assert.equal((await page.goto(`${PAGE}/export`)).status(), 200, "nobody is asked twice");
        proven = "pwd";
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
        sendBack = (url) => {
            stolen = url;
            return `${BASE}/health`;
        };
        await thief.page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(thief.page, "mallory");
        await thief.page.waitForURL(`${BASE}/health`);
        sendBack = (url) => url;
        const put = await victim.page.goto(stolen);
        assert.equal(put.status(), 400, "nobody is signed in as somebody else");
        assert.equal(await cookieOf(victim.context, BASE), undefined);
        await thief.context.close();
        await victim.context.close();
    }
    {
        // A mix-up: the answer names another provider than the one that was asked.
        const { context, page } = await open();
        sendBack = (back) => {
            const url = new URL(back);
            assert.equal(url.searchParams.get("iss"), issuer);
            url.searchParams.set("iss", "https://evil.example");
            return url.href;
        };
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "erin");
        await page.getByText("The answer came from another sign-in service than the one asked.").waitFor();
        sendBack = (url) => url;
        assert.equal(await cookieOf(context, BASE), undefined);
        await context.close();
    }
    {
        // Somebody changes their mind.
        const { context, page } = await open();
        await page.goto(`${BASE}/oidc/login`);
        await page.waitForURL(`${issuer}/interaction/**`);
        await page.getByRole("link", { name: "Cancel" }).click();
        await page.getByText("The sign-in was cancelled or refused.").waitFor();
        await picture(page, "login-cancelled");
        await page.getByRole("link", { name: "Sign in" }).click();
        await page.waitForURL(`${issuer}/interaction/**`);
        await context.close();
    }
    {
        // Signing out here signs out there, and signing out there ends the session here, on whichever machine it is.
        const { context, page } = await open();
        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "grace");
        await page.getByRole("heading", { name: "Hello" }).waitFor();
        const first = await cookieOf(context, BASE);
        await page.getByRole("button", { name: "Sign out", exact: true }).click();
        await page.waitForURL(`${issuer}/session/end**`);
        const sent = asked.findLast((url) => url.pathname === "/session/end").searchParams;
        assert.deepEqual([sent.get("client_id"), sent.get("post_logout_redirect_uri")], ["showcase", `${BASE}/login`]);
        assert.equal(sent.get("id_token_hint").split(".").length, 3);
        const ask = (base, value) => fetch(`${base}/api/me`, { headers: { Cookie: `session=${value}` } }).then((answer) => answer.status);
        assert.equal(await ask(BASE, first.value), 401, "over before the provider is asked");
        await page.getByRole("button", { name: "Yes, sign me out" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.equal(page.url(), `${BASE}/login`, "sent back by the provider");

        await page.goto(`${BASE}/oidc/login?to=/me`);
        await authenticate(page, "grace");
        await page.getByRole("heading", { name: "Hello" }).waitFor();
        const second = await cookieOf(context, BASE);
        assert.deepEqual([await ask(BASE, second.value), await ask(OTHER, second.value)], [200, 200]);
        await page.goto(`${issuer}/session/end`);
        await page.getByRole("button", { name: "Yes, sign me out" }).click();
        await page.waitForURL(`${issuer}/session/end/success**`);
        for (let tries = 0; (await ask(BASE, second.value)) !== 401; tries++) {
            assert.ok(tries < 50, "the provider tells, and the session ends");
            await new Promise((later) => setTimeout(later, 100));
        }
        assert.equal(await ask(OTHER, second.value), 401);
        await page.goto(`${BASE}/me`);
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        await context.close();
    }
    {
        // A page that holds no token calls its own server, and through it another service.
        const { context, page } = await open();
        await page.goto(`${PAGE}/`);
        await page.getByText("Nobody is signed in.").waitFor();
        await page.getByRole("link", { name: "Sign in" }).click();
        await authenticate(page, "heidi");
        await page.getByText("Hello <b>heidi</b> & co").waitFor();
        await page.getByRole("button", { name: "Show my orders" }).click();
        await page.getByText('["a kettle for heidi"]').waitFor();
        await picture(page, "backend-for-frontend");
        await page.getByRole("button", { name: "Write a note" }).click();
        await page.getByText("noted for <b>heidi</b> & co: 17 characters").waitFor();
        const seen = await page.evaluate(() => [document.cookie, { ...localStorage }, { ...sessionStorage }]);
        assert.deepEqual(seen, ["", {}, {}], "no token, nowhere");

        // The access token expires more than once: another is asked for, with another refresh token each time, and once for all.
        const before = spent.length;
        for (let round = 0; round < 3; round++) {
            await new Promise((later) => setTimeout(later, (LIFE + 1) * 1000));
            const answers = await page.evaluate(() =>
                Promise.all(Array.from({ length: 8 }, () => fetch("/api/orders").then((answer) => answer.status))),
            );
            assert.deepEqual(answers, Array(8).fill(200), `round ${round}`);
        }
        assert.equal(spent.length - before, 3, "one for each round");
        assert.equal(new Set(spent).size, spent.length, "each once");

        // Somebody else has got at the refresh token and uses it: the provider sees it twice, and revokes all of them; the session ends.
        await reuse();
        await new Promise((later) => setTimeout(later, (LIFE + 1) * 1000));
        assert.equal(await page.evaluate(() => fetch("/api/orders").then((answer) => answer.status)), 401);
        assert.equal(await page.evaluate(() => fetch("/api/me").then((answer) => answer.status)), 401);
        await page.reload();
        await page.getByText("Nobody is signed in.").waitFor();
        await context.close();
    }
    await outage(redis, [BASE, OTHER], { open, authenticate });
    console.log("signing in at a provider in Chromium: as expected");
} finally {
    await browser.close();
    end();
    server.closeAllConnections();
    server.close();
}
