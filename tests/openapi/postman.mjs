// What Postman's importer makes of a document: each request carries the credentials that its operation asks for first.
// Arguments: a file with the document.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import converter from "openapi-to-postmanv2";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const result = await new Promise((resolve, reject) =>
    converter.convertV2({ type: "json", data: document }, {}, (error, converted) => (error ? reject(error) : resolve(converted))),
);
assert.ok(result.result, result.reason);

const requests = [];
const walk = (items) => items.forEach((item) => (item.item ? walk(item.item) : requests.push(item.request)));
walk(result.output[0].data.item);

// What the importer calls the kinds of security schemes.
const kind = ({ type, scheme }) => (type === "apiKey" ? "apikey" : scheme);
let authorized = 0;
for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
        const at = path.replace(/\{(\w+)\}/g, ":$1");
        const found = requests.find((one) => one.method === method.toUpperCase() && `/${one.url.path.join("/")}` === at);
        assert.ok(found, `no request for ${method} ${path}`);
        const names = operation.security.flatMap((one) => Object.keys(one));
        if (names.length === 0) {
            assert.ok(!found.auth || found.auth.type === "noauth", `${method} ${path}: ${JSON.stringify(found.auth)}`);
            continue;
        }
        const kinds = names.map((name) => kind(document.components.securitySchemes[name]));
        assert.ok(kinds.includes(found.auth?.type), `${method} ${path}: ${JSON.stringify(found.auth)}, and not ${kinds}`);
        authorized += 1;
    }
}
console.log(`postman: ${requests.length} requests, ${authorized} with credentials`);
