// Filters as one types, by the rule that the server has: a route is shown if it has all of the words.
const field = document.getElementById("filter");
const count = document.getElementById("count");
const rows = [...document.querySelectorAll("tr[data-words]")];
const parts = [...document.querySelectorAll("section[data-part]")];
function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
        row.hidden = !words.every((word) => row.dataset.words.includes(word));
        shown += row.hidden ? 0 : 1;
    }
    for (const part of parts) part.hidden = !part.querySelector("tr[data-words]:not([hidden])");
    count.textContent = `${shown} of ${rows.length} shown`;
}
field.addEventListener("input", filter);
// Asking the server again would lose what it says of a token.
field.form.addEventListener("submit", (event) => event.preventDefault());
