// What the scripts of this folder share: a browser, pages in it, and pictures of them. Environment: CHROMIUM, PICTURES (a folder, optional).
import { join } from "node:path";
import { chromium } from "playwright-core";

const { CHROMIUM, PICTURES } = process.env;
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 390, height: 844 };

export const launch = (options = {}) =>
    chromium.launch({
        executablePath: CHROMIUM,
        headless: true,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
        ...options,
    });

export async function openPage(browser, options = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    return { context, page };
}

// What goes wrong in a page, and what it asks of others than `isOurs` knows; it grows while the page is used.
export function noteFaults(page, isOurs) {
    const noted = [];
    page.on("pageerror", (error) => noted.push(`error: ${error.message}`));
    page.on("console", (message) => {
        // An answer of 4xx is one, too.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) noted.push(message.text());
    });
    page.on("request", (request) => {
        if (!isOurs(new URL(request.url()))) noted.push(`asked ${request.url()}`);
    });
    return noted;
}

export async function picture(page, name, options = {}) {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`), ...options });
}
