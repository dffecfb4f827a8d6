// The page of the showcase's policies in Chromium, as a person uses it. Environment: CHROMIUM, BASE, READER, OPS and HOSTILE (bearer
// tokens, the last with markup in its names), PICTURES (a folder, optional). Ends with an error where something is not as expected.
import assert from "node:assert/strict";
import { NARROW, WIDE, launch, noteFaults, openPage, picture as pictureOf } from "./browser.mjs";

const { BASE, READER, OPS, HOSTILE } = process.env;
const browser = await launch();

// Asks for the page, and signs in as somebody who may see it.
async function signIn(page) {
    await page.goto(`${BASE}/policies`);
    assert.equal(page.url(), `${BASE}/login?to=%2Fpolicies`);
    await page.getByLabel("Name").fill("bob");
    await page.getByLabel("Password").fill("builder");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Policies" }).waitFor();
    assert.equal(page.url(), `${BASE}/policies`);
}

// A page of somebody who may see it, which notes what goes wrong in it, what it asks of others, and whether a token is in an address.
async function open(options = {}) {
    const { page } = await openPage(browser, { viewport: WIDE, ...options });
    const noted = noteFaults(page, (url) => url.origin === BASE);
    page.on("dialog", (dialog) => noted.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
    page.on("request", (request) => {
        if (request.url().includes(READER.slice(0, 40))) noted.push("a token is in an address");
    });
    await signIn(page);
    return { page, noted };
}

const picture = (page, name) => pictureOf(page, `policies-${name}`, { fullPage: name.endsWith("-whole") });

const rows = (page) => page.locator("tr[data-words]:visible");
// The row of a route, by the text in its first cell.
const route = (page, text) => page.locator("tr[data-words]").filter({ has: page.locator("th .mono").getByText(text, { exact: true }) });
const verdict = async (page, text) => (await route(page, text).locator(".badge").innerText()).trim();

async function judge(page, token) {
    await page.getByRole("textbox", { name: "Token", exact: true }).fill(token);
    await page.getByRole("button", { name: "Judge the token" }).click();
    await page.locator("#answer").waitFor();
}

async function describe(page, { scheme, scopes = "", roles = "", claims = "" }) {
    await page.getByLabel("Verified by").selectOption(scheme);
    await page.getByLabel("Scopes").fill(scopes);
    await page.getByLabel("Roles").fill(roles);
    await page.getByLabel("Claims, as a JSON object").fill(claims);
    await page.getByRole("button", { name: "Judge the caller" }).click();
    await page.locator("#answer").waitFor();
}

async function fits(page) {
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wider <= 0, `the page is ${wider} pixels wider than the window`);
}

// What a reader sees must stand out from its ground: 4.5 to 1 (WCAG 2.2, 1.4.3).
async function contrasts(page) {
    const poor = await page.evaluate(() => {
        const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
        const light = (colour) => {
            const [r, g, b] = rgb(colour).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (element) => {
            for (let it = element; it; it = it.parentElement) {
                const colour = getComputedStyle(it).backgroundColor;
                if ((rgb(colour)[3] ?? 1) > 0) return colour;
            }
            return "rgb(255, 255, 255)";
        };
        const poor = [];
        for (const element of document.querySelectorAll("body *")) {
            const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
            if (!own || !element.checkVisibility() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
            const [one, other] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
            const ratio = (one + 0.05) / (other + 0.05);
            if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}: ${element.textContent.slice(0, 40)}`);
        }
        return poor;
    });
    assert.deepEqual(poor, []);
}

try {
    {
        const { page, noted } = await open();
        const all = await rows(page).count();
        assert.ok(all > 30, `${all} rows`);
        await picture(page, "wide");
        await contrasts(page);

        // Filters as one types.
        const filter = page.getByRole("searchbox", { name: "Show those with all of these words" });
        await filter.pressSequentially("basic(\"staff\") ");
        assert.equal(await rows(page).count(), 0);
        await filter.fill("role OPS");
        const found = await rows(page).count();
        assert.ok(found > 3 && found < all, `${found} of ${all}`);
        assert.equal(await page.locator("#count").innerText(), `${found} of ${all} shown`);
        assert.equal(await page.locator("section[data-part]:visible h2").filter({ hasText: "Open to everyone" }).count(), 0);
        await picture(page, "filtered");
        await filter.fill("");
        assert.equal(await rows(page).count(), all);

        await judge(page, READER);
        assert.equal(await page.title(), "Judged – Policies of showcase");
        assert.match(await page.locator("#answer").innerText(), /bearer: good: alice of https:\/\/issuer\.example; scopes read;/);
        for (const [path, expected] of [
            ["GET /health", "opens"],
            ["GET /bearer", "opens"],
            ["GET /bearer/admin", "refused 403"],
            ["GET /partner", "refused 401"],
            ["GET /hidden", "refused 404"],
            ["GET /orders/{id}", "depends"],
            ["GET /db", "depends"],
            ["any /policies and below", "refused 403"],
        ]) assert.equal(await verdict(page, path), expected, path);
        assert.equal(await page.getByRole("textbox", { name: "Token", exact: true }).inputValue(), "", "it is not shown again");
        assert.ok(!(await page.content()).includes(READER.split(".")[2]));
        await picture(page, "token");
        await contrasts(page);

        // By the keyboard: the rule of one refusal, opened and read.
        const rule = route(page, "GET /mixed").locator("summary");
        await rule.focus();
        await page.keyboard.press("Enter");
        await route(page, "GET /mixed").locator(".rule").waitFor();
        assert.match(await route(page, "GET /mixed").locator(".rule").innerText(), /scope\("read"\)\s+yes[\s\S]*role\("ops"\)\s+unknown\s+nothing tells roles/);
        await route(page, "GET /mixed").scrollIntoViewIfNeeded();
        await picture(page, "rule");

        // A filter keeps what was said of the token.
        await filter.fill("refused 403");
        await filter.press("Enter");
        assert.ok((await rows(page).count()) > 1);
        assert.equal(await verdict(page, "GET /ops"), "refused 403");

        // Nothing of it comes back with the button of the browser.
        await page.goBack();
        await page.locator("#token").waitFor();
        assert.equal(await page.getByRole("textbox", { name: "Token", exact: true }).inputValue(), "");
        assert.deepEqual(noted, []);
    }
    {
        // What others wrote is text.
        const { page, noted } = await open();
        await judge(page, HOSTILE);
        assert.match(await page.locator("#answer").innerText(), /<script>document\.title=/);
        assert.equal(await page.title(), "Judged – Policies of showcase");
        await describe(page, { scheme: "bearer", scopes: "</script><script>alert(1)</script>", roles: "\"><img src=x onerror=alert(2)>", claims: "{\"</textarea><script>alert(3)</script>\":1}" });
        assert.equal(await page.locator("img, svg, script:not([nonce])").count(), 0);
        assert.equal(await page.getByLabel("Roles").inputValue(), "\"><img src=x onerror=alert(2)>");
        assert.equal(await page.getByLabel("Claims, as a JSON object").inputValue(), "{\"</textarea><script>alert(3)</script>\":1}");
        assert.deepEqual(noted, []);
    }
    {
        // Without JavaScript, by the keyboard, in the dark.
        const { page, noted } = await open({ javaScriptEnabled: false, colorScheme: "dark" });
        const all = await rows(page).count();
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.waitForURL(/#routes$/);
        await page.getByRole("searchbox").fill("role ops");
        await page.keyboard.press("Enter");
        await page.waitForURL(/filter=role\+ops/);
        const found = await rows(page).count();
        assert.ok(found > 3 && found < all, `${found} of ${all}`);
        await page.getByRole("textbox", { name: "Token", exact: true }).fill(OPS);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.locator("#answer").waitFor();
        assert.equal(await rows(page).count(), found, "the filter stays");
        assert.equal(await verdict(page, "GET /ops"), "opens");
        await picture(page, "dark");
        await page.goto(`${BASE}/policies`);
        await describe(page, { scheme: "api_key", scopes: "read", roles: "viewer" });
        assert.match(page.url(), /scheme=api_key/);
        assert.equal(await verdict(page, "GET /either"), "opens");
        assert.equal(await verdict(page, "GET /bearer"), "refused 401");
        await describe(page, { scheme: "bearer", claims: "nonsense" });
        assert.match(await page.getByRole("alert").innerText(), /not a JSON object/);
        await picture(page, "fault");
        assert.deepEqual(noted, []);
    }
    for (const colorScheme of ["light", "dark"]) {
        const { page, noted } = await open({ viewport: NARROW, colorScheme });
        await fits(page);
        await picture(page, `narrow-${colorScheme}`);
        await judge(page, READER);
        await fits(page);
        await contrasts(page);
        await picture(page, `narrow-${colorScheme}-token`);
        await route(page, "GET /mixed").locator("summary").click();
        await route(page, "GET /mixed").locator(".rule").waitFor();
        await fits(page);
        await route(page, "GET /mixed").scrollIntoViewIfNeeded();
        await picture(page, `narrow-${colorScheme}-rule`);
        await picture(page, `narrow-${colorScheme}-whole`);
        assert.deepEqual(noted, []);
    }
    {
        // As a screen reader has it: a table with headers, fields with names, one heading of the page.
        const { page } = await open({ viewport: NARROW });
        await judge(page, READER);
        const table = page.getByRole("table", { name: "Guarded" });
        assert.equal(await table.getByRole("columnheader").count(), 4);
        assert.ok((await table.getByRole("rowheader").count()) > 10);
        assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
        const unnamed = await page.locator("input:not([type=hidden]), select, textarea").evaluateAll((fields) => fields.filter((field) => field.labels.length === 0).length);
        assert.equal(unnamed, 0);
        assert.equal(await page.getByRole("status").innerText(), await page.locator("#count").innerText(), "counts are read out");
        assert.equal(await page.getByRole("search").count(), 1);
    }
    {
        // A page of another site cannot post a token, nor show this one in a frame.
        const { page } = await openPage(browser);
        await signIn(page);
        await page.route("http://attacker.example/**", (route) =>
            route.fulfill({
                contentType: "text/html",
                body: `<form method="post" action="${BASE}/policies"><input name="token" value="${OPS}"><button>go</button></form><iframe src="${BASE}/policies"></iframe>`,
            }),
        );
        await page.goto("http://attacker.example/");
        const frame = page.frames().find((frame) => frame !== page.mainFrame());
        assert.ok(!(await frame.content()).includes("data-words"), "it is not framed");
        const answering = page.waitForResponse((answer) => answer.request().method() === "POST");
        await page.getByRole("button", { name: "go" }).click();
        // The cookie stays behind, so nobody is known: the form to sign in, and no verdict on the token.
        const answer = await answering;
        assert.equal(answer.status(), 303);
        assert.equal(answer.headers().location, `${BASE}/login`);
    }
    console.log("policies: as expected");
} finally {
    await browser.close();
}
