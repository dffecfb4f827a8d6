// People who sign in at the showcase, in Chromium: the form, the way back, signing out here and everywhere, what other sites try, and the
// back button. Environment: CHROMIUM, BASE, PICTURES (a folder, optional). Ends with an error where something is not as expected.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { launch, openPage, picture } from "./browser.mjs";

const { BASE } = process.env;
// A driver turns the back/forward cache off, which is what may show a page again after its session has ended.
const browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const open = () => openPage(browser);

async function fill(page, name, password) {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
}

async function signIn(page) {
    await page.goto(`${BASE}/me`);
    await fill(page, "alice", "wonderland");
    await page.getByRole("heading", { name: "Hello alice" }).waitFor();
}

const cookieOf = async (context) => (await context.cookies(BASE)).find((cookie) => cookie.name === "session");
const isSignedIn = (page) => page.evaluate(() => fetch("/api/me").then((answer) => answer.status === 200));

// A site of somebody else's: a form of it posts to ours.
const foreign = createServer((request, answer) => {
    const target = new URL(request.url, "http://foreign").searchParams.get("to");
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<form method=post action="${target}"><input name=name value=bob><input name=password value=builder>
        <button>Win a prize</button></form>`);
});
await new Promise((ready) => foreign.listen(0, "127.0.0.1", ready));
const { port } = foreign.address();
// Another site, and another origin of the same site: only ports differ.
const [crossSite, sameSite] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];

try {
    {
        // A page is asked for, the form is shown, a wrong password says so, and the right one leads back.
        const { context, page } = await open();
        await page.goto(`${BASE}/me?tab=1`);
        assert.equal(page.url(), `${BASE}/login?to=%2Fme%3Ftab%3D1`);
        await picture(page, "login");
        await fill(page, "alice", "guess");
        await page.getByText("Wrong name or password.").waitFor();
        await picture(page, "wrong-password");
        assert.equal(await cookieOf(context), undefined);
        assert.equal(page.url(), `${BASE}/login?to=%2Fme%3Ftab%3D1`, "the way back is not lost");
        await fill(page, "alice", "wonderland");
        await page.getByRole("heading", { name: "Hello alice" }).waitFor();
        await picture(page, "me");
        assert.equal(page.url(), `${BASE}/me?tab=1`);
        const cookie = await cookieOf(context);
        assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"]);
        assert.equal(await page.evaluate(() => document.cookie), "", "no script reads it");

        // Calls of a script get 401 when nobody is signed in, and are answered in the session.
        const noted = await page.evaluate(() => fetch("/api/note", { method: "POST" }).then((answer) => answer.json()));
        assert.deepEqual(noted, { by: "alice" });

        // Signing out, and the back button.
        await page.getByRole("button", { name: "Sign out", exact: true }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.equal(await cookieOf(context), undefined);
        await page.goBack({ waitUntil: "commit" });
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.equal(await page.getByText("Hello").count(), 0, "nothing of the session is shown again");
        assert.equal(await page.evaluate(() => fetch("/api/me").then((answer) => answer.status)), 401);
        await context.close();
    }
    {
        // The back/forward cache is on: a page that may be kept comes out of it. Otherwise the test above says little.
        const { context, page } = await open();
        await page.goto(`${BASE}/login`);
        await page.evaluate(() => addEventListener("pageshow", (event) => (window.kept = event.persisted)));
        await page.goto(`${BASE}/health`);
        await page.goBack({ waitUntil: "commit" });
        // A page out of that cache is not loaded again, and remembers.
        await page.waitForFunction(() => window.kept === true);
        await context.close();
    }
    {
        // Everywhere: a second browser is out, too.
        const [first, second] = [await open(), await open()];
        await signIn(first.page);
        await signIn(second.page);
        assert.ok(await isSignedIn(second.page));
        const listed = await first.page.evaluate(() => fetch("/sessions").then((answer) => answer.json()));
        assert.deepEqual(listed.map((one) => one.is_this).sort(), [false, true]);
        await first.page.getByRole("button", { name: "Sign out everywhere" }).click();
        await first.page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.ok(!(await isSignedIn(second.page)));
        await second.page.reload();
        await second.page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.equal(await cookieOf(second.context), undefined, "the cookie that is worth nothing is gone");
        await first.context.close();
        await second.context.close();
    }
    {
        // One session is ended out of another one.
        const [first, second] = [await open(), await open()];
        await signIn(first.page);
        await signIn(second.page);
        const ended = await first.page.evaluate(async () => {
            const other = (await (await fetch("/sessions")).json()).find((one) => !one.is_this);
            const headers = { "Content-Type": "application/json" };
            return (await fetch("/sessions/end", { method: "POST", headers, body: JSON.stringify({ id: other.id }) })).status;
        });
        assert.equal(ended, 204);
        assert.deepEqual([await isSignedIn(first.page), await isSignedIn(second.page)], [true, false]);
        await first.context.close();
        await second.context.close();
    }
    for (const site of [crossSite, sameSite]) {
        // A form of another site acts in no session, and signs nobody in.
        const { context, page } = await open();
        await signIn(page);
        const before = (await cookieOf(context)).value;
        for (const target of ["/logout", "/api/note", "/login"]) {
            await page.goto(`${site}/?to=${encodeURIComponent(BASE + target)}`);
            const answering = page.waitForResponse((answer) => answer.url() === BASE + target);
            await page.getByRole("button").click();
            const status = (await answering).status();
            if (target === "/login") {
                await page.getByText("Another site has sent this form. Please fill it in here.").waitFor();
                await picture(page, `form-of-another-site-${site === crossSite}`);
            }
            // Of another site the cookie does not even come along, so that the browser is shown where to sign in.
            const expected = site === crossSite && target !== "/login" ? [303] : [403];
            assert.ok(expected.includes(status), `${site} ${target}: ${status}`);
            assert.equal((await cookieOf(context))?.value, before, `${site} ${target}`);
        }
        await page.goto(`${BASE}/me`);
        await page.getByRole("heading", { name: "Hello alice" }).waitFor();
        await context.close();
    }
    {
        // An id that somebody has put into the browser is nobody's before and after.
        const { context, page } = await open();
        const fixed = "A".repeat(43);
        await context.addCookies([{ name: "session", value: fixed, url: BASE }]);
        await page.goto(`${BASE}/login?to=/me`);
        await fill(page, "alice", "wonderland");
        await page.getByRole("heading", { name: "Hello alice" }).waitFor();
        assert.notEqual((await cookieOf(context)).value, fixed);
        const attacker = await fetch(`${BASE}/api/me`, { headers: { Cookie: `session=${fixed}` } });
        assert.equal(attacker.status, 401);
        await context.close();
    }
    for (const to of ["//evil.example/", "https://evil.example/", "/\\evil.example/", "/.//evil.example/x"]) {
        // No link to the login page leads elsewhere.
        const { context, page } = await open();
        await page.goto(`${BASE}/login?to=${encodeURIComponent(to)}`);
        const answering = page.waitForResponse((answer) => answer.request().method() === "POST");
        await fill(page, "alice", "wonderland");
        assert.equal(await (await answering).headerValue("location"), `${BASE}/`, to);
        await context.close();
    }
    for (const htmx of ["htmx.org", "htmx-2"]) {
        // htmx asks for a part of a page when the session is over: it goes to the login page by itself, and comes back.
        const { context, page } = await open();
        await signIn(page);
        await page.goto(`${BASE}/me?tab=2`);
        await page.addScriptTag({ path: new URL(`node_modules/${htmx}/dist/htmx.min.js`, import.meta.url).pathname });
        await context.clearCookies();
        await page.evaluate(() => void window.htmx.ajax("GET", "/me", { target: "body" }));
        await page.waitForURL(`${BASE}/login?to=%2Fme%3Ftab%3D2`);
        await fill(page, "alice", "wonderland");
        await page.getByRole("heading", { name: "Hello alice" }).waitFor();
        assert.equal(page.url(), `${BASE}/me?tab=2`);
        await context.close();
    }
    {
        // Too many wrong passwords: the form says so, and when to try again; and it is as it says.
        const { context, page } = await open();
        await page.goto(`${BASE}/login?to=/me`);
        const guesses = await page.evaluate(async () => {
            const guess = () => fetch("/login", { method: "POST", body: new URLSearchParams({ name: "carol", password: "guess" }) });
            const answers = [];
            while (answers.length < 40 && answers.at(-1) !== 429) answers.push((await guess()).status);
            return answers;
        });
        assert.deepEqual(guesses, [...Array(30).fill(403), 429]);
        const answering = page.waitForResponse((answer) => answer.request().method() === "POST");
        await fill(page, "carol", "guess");
        const answer = await answering;
        const after = Number(await answer.headerValue("retry-after"));
        assert.deepEqual([answer.status(), await answer.headerValue("cache-control")], [429, "no-store"]);
        await page.getByText(`Too many wrong passwords. Please try again in ${after} seconds.`).waitFor();
        await picture(page, "too-many-passwords");
        await new Promise((later) => setTimeout(later, after * 1000));
        await fill(page, "carol", "guess");
        await page.getByText("Wrong name or password.").waitFor();
        // Nobody else has to wait.
        await fill(page, "alice", "wonderland");
        await page.getByRole("heading", { name: "Hello alice" }).waitFor();
        assert.equal(page.url(), `${BASE}/me`);
        await context.close();
    }
    console.log("sessions: as a person expects in Chromium");
} finally {
    await browser.close();
    foreign.close();
}
