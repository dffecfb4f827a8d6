// All that this page has is a cookie that it cannot read. It asks its own server, which knows who is there.
const element = (id) => document.getElementById(id);
const show = (id, is) => (element(id).hidden = !is);

async function ask(path, options) {
    const answer = await fetch(path, options);
    // The session has ended: here, elsewhere, or at the provider.
    if (answer.status === 401) signedIn(null);
    return answer;
}

function signedIn(me) {
    element("who").textContent = me ? `Hello ${me.name}` : "Nobody is signed in.";
    show("sign-in", !me);
    ["sign-out", "load", "note", "export"].forEach((id) => show(id, me));
    if (!me) element("result").textContent = "";
}

element("load").onclick = async () => {
    const answer = await ask("/api/orders");
    element("result").textContent = answer.ok ? JSON.stringify(await answer.json()) : `orders: ${answer.status}`;
};
element("note").onclick = async () => {
    const answer = await ask("/api/notes", { method: "POST", body: "remember the milk" });
    element("result").textContent = await answer.text();
};

const answer = await ask("/api/me");
if (answer.ok) signedIn(await answer.json());
