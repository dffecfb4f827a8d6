// Redis is killed under two showcases that keep their sessions in it: nobody is in, nobody signs in, and nobody is lost.
import assert from "node:assert/strict";
import { picture } from "./browser.mjs";

// How long a showcase may take to find a Redis again that is back, in milliseconds.
const RECOVERY = 20_000;

// `open` gives a page of a browser of its own, `authenticate` is what somebody does at the provider.
export async function outage(redis, [here, there], { open, authenticate }) {
    const cookieOf = async (context) => (await context.cookies(here)).find((cookie) => cookie.name === "session");
    const { context, page } = await open();
    await page.goto(`${here}/oidc/login?to=/me`);
    await authenticate(page, "ivan");
    await page.getByRole("heading", { name: "Hello <b>ivan</b> & co" }).waitFor();
    const before = await cookieOf(context);
    const ask = (base, path, more = {}) =>
        fetch(base + path, { redirect: "manual", headers: { Cookie: `session=${before.value}` }, ...more });
    for (const base of [here, there]) assert.equal((await ask(base, "/api/me")).status, 200);

    await redis.kill();
    const refused = async (what, asked) => {
        const answer = await asked;
        const { headers } = answer;
        const told = [answer.status, headers.get("retry-after"), headers.get("set-cookie"), headers.get("location")];
        assert.deepEqual(told, [503, "5", null, null], what);
    };
    const person = new URLSearchParams({ name: "alice", password: "wonderland" });
    for (const base of [here, there]) {
        await refused("a call in the session", ask(base, "/api/me"));
        await refused("a page in the session", ask(base, "/me", { headers: { Accept: "text/html", Cookie: `session=${before.value}` } }));
        await refused("signing out", ask(base, "/logout", { method: "POST" }));
        await refused("signing in", fetch(`${base}/login`, { method: "POST", body: person, redirect: "manual" }));
        assert.equal((await fetch(`${base}/api/me`)).status, 401, "who brings nothing needs no store");
    }
    const wanted = await page.goto(`${here}/me`);
    assert.deepEqual([wanted.status(), page.url()], [503, `${here}/me`], "it is not the login page");
    await picture(page, "redis-away");
    assert.equal((await cookieOf(context)).value, before.value, "the browser keeps its cookie");

    // Whom the provider sends back gets no session either, and is told so.
    const other = await open();
    await other.page.goto(`${here}/oidc/login?to=/me`);
    await authenticate(other.page, "kim");
    await other.page.getByText("Signing in is not possible now. Please try again in a moment.").waitFor();
    await picture(other.page, "redis-away-sign-in");
    assert.equal(await cookieOf(other.context), undefined);

    await redis.start();
    for (const base of [here, there]) {
        const begun = Date.now();
        for (let status; (status = (await ask(base, "/api/me")).status) !== 200; ) {
            assert.equal(status, 503, "never a 401: nobody is lost");
            assert.ok(Date.now() - begun < RECOVERY, "it does not find Redis again");
            await new Promise((later) => setTimeout(later, 100));
        }
    }
    assert.equal((await page.goto(`${here}/me`)).status(), 200);
    await page.getByRole("heading", { name: "Hello <b>ivan</b> & co" }).waitFor();
    assert.deepEqual([page.url(), (await cookieOf(context)).value], [`${here}/me`, before.value], "nobody had to sign in");
    // The provider knows kim by now.
    await other.page.getByRole("link", { name: "Sign in" }).click();
    await other.page.waitForURL(`${here}/`);
    assert.notEqual(await cookieOf(other.context), undefined);

    assert.equal((await ask(there, "/logout", { method: "POST" })).status, 303);
    for (const base of [here, there]) assert.equal((await ask(base, "/api/me")).status, 401);
    await context.close();
    await other.context.close();
}
