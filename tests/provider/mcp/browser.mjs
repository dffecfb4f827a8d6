// A browser that follows redirects with its cookies, as far as an address that begins so.
export function browser() {
    const cookies = new Map();
    return async function follow(url, until) {
        for (let hop = 0; hop < 12; hop++) {
            if (String(url).startsWith(until)) return new URL(url);
            const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
            const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
            for (const line of answer.headers.getSetCookie()) {
                const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
                if (value) cookies.set(name, value);
                else cookies.delete(name);
            }
            const to = answer.headers.get("location");
            if (!to) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
            url = new URL(to, url);
        }
        throw new Error("too many redirects");
    };
}
