// Swagger UI of the showcase in Chromium, as a person uses it: opens the page, presses Authorize, calls routes and reads the answers.
// Environment: CHROMIUM, BASE (of a server with DOCS=open), STAFF_BASE (of one without), TOKEN (a bearer token without roles),
// PICTURES (a folder, optional). Ends with an error where something is not as expected.
import assert from "node:assert/strict";
import { NARROW, WIDE, launch, noteFaults, openPage, picture } from "./browser.mjs";

const { BASE, STAFF_BASE, TOKEN } = process.env;
const browser = await launch();

// A page that notes what goes wrong in it, and what it asks of others.
async function open(options = {}) {
    const { page } = await openPage(browser, { viewport: WIDE, ...options });
    const noted = noteFaults(page, (url) => [BASE, STAFF_BASE].includes(url.origin) || url.protocol === "data:");
    return { page, noted };
}

const operation = (page, method, path) =>
    page.locator(`.opblock-${method}`).filter({ has: page.locator(`[data-path="${path}"]`) });

// Calls a route; its status, its body, and the `Authorization` that was sent.
async function call(page, method, path) {
    const block = operation(page, method, path);
    const inside = block.locator(".try-out");
    if (!(await inside.isVisible())) await block.locator(".opblock-summary-control").click();
    // An operation opens some time after the click; a look before that would find no button, and never press it.
    await inside.waitFor();
    const tryOut = block.getByRole("button", { name: "Try it out" });
    if (await tryOut.isVisible()) await tryOut.click();
    const execute = block.getByRole("button", { name: "Execute" });
    const [answer] = await Promise.all([
        page.waitForResponse((answer) => new URL(answer.url()).pathname === path),
        execute.click(),
    ]);
    const shown = block.locator(".live-responses-table tbody .response-col_status").first();
    await shown.waitFor();
    assert.match(await shown.innerText(), new RegExp(`^${answer.status()}`));
    const sent = await answer.request().headerValue("authorization");
    return { status: answer.status(), text: await answer.text(), sent, block };
}

async function authorize(page, scheme, value) {
    await page.locator(".scheme-container .authorize").click();
    const form = page.locator(".auth-container").filter({ has: page.locator("h4 code").getByText(scheme, { exact: true }) });
    await form.locator("input").fill(value);
    await form.getByRole("button", { name: "Apply credentials" }).click();
    await form.getByRole("button", { name: "Remove authorization" }).waitFor();
    await picture(page, `authorize-${scheme}`);
    await form.getByRole("button", { name: "Close" }).click();
}

try {
    {
        const { page, noted } = await open();
        // Neither a document nor a setting out of the address counts.
        await page.goto(`${BASE}/docs/?url=https://attacker.example/openapi.json&configUrl=https://attacker.example/c.json`);
        await page.locator(".opblock").first().waitFor();
        await picture(page, "wide");
        assert.equal(await operation(page, "get", "/hidden").count(), 0, "a hidden route is left out");

        const without = await call(page, "get", "/bearer");
        assert.equal(without.status, 401);
        assert.equal(without.sent, null);

        await authorize(page, "bearer", TOKEN);
        const own = await call(page, "get", "/bearer");
        assert.equal(own.status, 200);
        assert.equal(own.sent, `Bearer ${TOKEN}`);
        assert.equal(JSON.parse(own.text).subject, "alice");
        assert.match(await own.block.locator(".live-responses-table").innerText(), /"subject": "alice"/);
        await own.block.scrollIntoViewIfNeeded();
        await picture(page, "answer");

        const lacking = await call(page, "get", "/ops");
        assert.equal(lacking.status, 403);
        // An open document names no roles.
        assert.doesNotMatch(await operation(page, "get", "/ops").innerText(), /x-roles/);

        await authorize(page, "api_key", "test_0123456789abcdef");
        const machine = await call(page, "get", "/key");
        assert.equal(machine.status, 200);

        // Nothing is left for whoever uses the browser next.
        await page.reload();
        await page.locator(".opblock").first().waitFor();
        assert.equal((await call(page, "get", "/bearer")).status, 401);
        assert.deepEqual(noted, []);
    }
    {
        const { page, noted } = await open({ viewport: NARROW });
        await page.goto(`${BASE}/docs/`);
        await page.locator(".opblock").first().waitFor();
        await picture(page, "narrow");
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wider <= 0, `the page is ${wider} pixels wider than the window`);
        await call(page, "get", "/bearer");
        await operation(page, "get", "/bearer").scrollIntoViewIfNeeded();
        await picture(page, "narrow-answer");
        assert.deepEqual(noted, []);
    }
    for (const path of ["/docs/", "/openapi.json"]) assert.equal((await fetch(STAFF_BASE + path)).status, 401);
    {
        // In a browser by password, which it then sends for the document too.
        const { page, noted } = await open({ httpCredentials: { username: "alice", password: "wonderland" } });
        assert.equal((await page.goto(`${STAFF_BASE}/docs`)).status(), 200);
        await page.locator(".opblock").first().waitFor();
        await call(page, "get", "/health");
        const block = operation(page, "get", "/ops");
        await block.locator(".opblock-summary-control").click();
        await block.getByText("x-roles").waitFor();
        await block.scrollIntoViewIfNeeded();
        await picture(page, "staff");
        assert.deepEqual(noted, []);
    }
    console.log("swagger: as expected");
} finally {
    await browser.close();
}
