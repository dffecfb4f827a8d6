// Lets the conformance tool start under Node 20: it imports `globSync`, which came with Node 22, and needs it for clients only.
import { register } from "node:module";

const fs = `data:text/javascript,${encodeURIComponent(`
    export * from "node:fs";
    export { default } from "node:fs";
    export const globSync = () => { throw new Error("needs Node 22"); };
`)}`;
const hook = `
    export const resolve = (specifier, context, next) =>
        specifier === "fs" && context.parentURL.includes("/conformance/dist/")
            ? { url: ${JSON.stringify(fs)}, shortCircuit: true }
            : next(specifier, context);
`;
if (Number(process.versions.node.split(".")[0]) < 22) register(`data:text/javascript,${encodeURIComponent(hook)}`);
