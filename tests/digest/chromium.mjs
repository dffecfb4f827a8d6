// Asks for the same page several times in one session of Chromium, and prints a JSON list of what came.
// Environment: CHROMIUM, URLS (a JSON list), USER, PASSWORD.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { CHROMIUM, URLS, USERNAME, PASSWORD } = process.env;
const profile = await mkdtemp(join(tmpdir(), "auth-chromium-"));
const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    httpCredentials: { username: USERNAME, password: PASSWORD },
    args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
});
try {
    const page = await context.newPage();
    const found = [];
    for (const url of JSON.parse(URLS)) {
        try {
            const answer = await page.goto(url, { timeout: 20000 });
            found.push({ status: answer.status(), body: await answer.text() });
        } catch (error) {
            // A challenge that it cannot answer ends in an error of its own making.
            found.push({ error: String(error.message).split("\n")[0] });
        }
    }
    console.log(JSON.stringify(found));
} finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
}
