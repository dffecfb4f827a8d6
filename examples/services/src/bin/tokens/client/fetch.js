// The API for a page: the access token stays in this module's memory, and one that has ended is replaced once, for all requests that wait.
// The refresh token is in a cookie, which the browser sends and no script sees.

/** Nobody is signed in, or not any more: show the form. */
export class SignedOut extends Error {}

export function client({ base = "", fetch = globalThis.fetch } = {}) {
    let access = null;
    let refreshing = null;

    // Tabs share the cookie, and each refresh token counts once: they take turns.
    const inTurn = (task) => globalThis.navigator?.locks?.request?.("refresh", task) ?? task();

    function refresh() {
        refreshing ??= inTurn(async () => {
            const answer = await fetch(`${base}/token`, { method: "POST" });
            if (answer.status === 401) {
                access = null;
                throw new SignedOut("sign in again");
            }
            // A server that is away ends no session: the next request tries again.
            if (!answer.ok) throw new Error(`no new token: ${answer.status}`);
            access = (await answer.json()).access_token;
        }).finally(() => {
            refreshing = null;
        });
        return refreshing;
    }

    const send = (path, options) => {
        const headers = new Headers(options.headers);
        headers.set("Authorization", `Bearer ${access}`);
        return fetch(base + path, { ...options, headers });
    };

    return {
        async signIn(name, password) {
            const answer = await fetch(`${base}/login`, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ name, password }),
            });
            if (answer.ok) access = (await answer.json()).access_token;
            return answer;
        },

        async signOut() {
            access = null;
            return fetch(`${base}/logout`, { method: "POST" });
        },

        /** As `fetch`, for a path of the API. A body that is a stream cannot be sent twice: read it first. */
        async call(path, options = {}) {
            if (access === null) await refresh();
            const used = access;
            const answer = await send(path, options);
            // A 403 stays what it is: another token of the same person would not help.
            if (answer.status !== 401) return answer;
            // Somebody else may have replaced it while this request was on its way.
            if (access === used) await refresh();
            // Once: a second 401 is the answer.
            return send(path, options);
        },
    };
}
