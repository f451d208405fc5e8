// The page of a local Hub: what the API answers, as tables. All texts are set as text, never as HTML.
const POLL = 2000, SHOWN = 200;
const TYPES = { datasets: "Datasets", models: "Models", spaces: "Spaces" };

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("token");
}

const token = takeToken();
const byId = (id) => document.getElementById(id);

async function ask(path) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(path, { headers });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? answer.statusText);
  return body;
}

function element(name, text = "", properties = {}) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(text);
  return made;
}

const link = (text, href) => element("a", text, { href });
const number = (text) => element("td", text, { className: "number" });
const size = (bytes) => number(Number(bytes).toLocaleString("en"));
const time = (text) => new Date(text).toLocaleString();

function fill(table, heads, rows, empty) {
  const head = element("tr");
  head.append(...heads.map((text) => element("th", text)));
  table.replaceChildren(...(rows.length ? [head, ...rows.map((cells) => {
    const row = element("tr", "", { className: cells.failed ? "failed" : "" });
    row.append(...cells.map((cell) => cell?.tagName === "TD" ? cell : element("td", cell ?? "")));
    return row;
  })] : [element("caption", empty, { className: "empty" })]));
}

function section(title, heads, rows, empty) {
  const table = element("table"), scroll = element("div", table, { className: "scroll" });
  fill(table, heads, rows, empty);
  byId("main").append(element("h2", title), scroll);
}

async function showRepos() {
  for (const [type, title] of Object.entries(TYPES)) {
    const infos = await ask(`/api/${type}?sort=lastModified`);
    const rows = infos.map((info) => [
      link(info.id, type === "models" ? `/${info.id}` : `/${type}/${info.id}`),
      info.private ? "private" : "", time(info.lastModified),
    ]);
    if (rows.length || type === "datasets")
      section(title, ["repository", "", "changed"], rows, "No repositories yet.");
  }
}

async function showRepo({ type, id, revision }) {
  const web = type === "models" ? `/${id}` : `/${type}/${id}`, api = `/api/${type}/${id}`;
  const at = encodeURIComponent(revision);
  byId("place").append("/ ", link(id, web), revision === "main" ? "" : ` at ${revision}`);
  document.title = `${id} · mockhub`;
  const files = (await ask(`${api}/tree/${at}?recursive=true`)).filter((file) => file.type === "file");
  const total = files.reduce((sum, file) => sum + file.size, 0);
  section(`${files.length} files, ${total.toLocaleString("en")} bytes`, ["file", "bytes"],
    files.map((file) => {
      const path = file.path.split("/").map(encodeURIComponent).join("/");
      return [element("td", link(file.path, `${web}/resolve/${at}/${path}`), { className: "path" }),
        size(file.size)];
    }), "No files.");
  const { branches, tags } = await ask(`${api}/refs`);
  if (branches.length + tags.length > 1)
    section("Branches and tags", ["name", "commit"], [...branches, ...tags].map((ref) =>
      [link(ref.name, `${web}/tree/${encodeURIComponent(ref.name)}`), ref.targetCommit.slice(0, 7)]));
  const { discussions } = await ask(`${api}/discussions`);
  if (discussions.length)
    section("Pull requests and discussions", ["", "title", "status"], discussions.map((one) =>
      [link(`#${one.num}`, `${web}/discussions/${one.num}`), one.title, one.status]));
  section("History", ["commit", "title", "by", "date"], (await ask(`${api}/commits/${at}`)).map((one) =>
    [link(one.id.slice(0, 7), `${web}/commit/${one.id}`), one.title,
      one.authors.map((author) => author.user).join(", "), time(one.date)]));
}

function parse(path) {
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const type = parts[0] in TYPES ? parts.shift() : "models";
  if (parts.length < 2) return null;
  const [owner, name, view, ...rest] = parts;
  const revision = view === "discussions" && rest.length ? `refs/pr/${rest[0]}`
    : view === "commit" || view === "tree" ? rest[0] ?? "main" : "main";
  return { type, id: `${owner}/${name}`, revision };
}

const effect = (fault) => Object.entries(fault)
  .filter(([key, value]) => !["method", "path", "count", "after"].includes(key) && value
    && JSON.stringify(value) !== "{}")
  .map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ");

async function showControl() {
  try {
    const [faults, requests] = await Promise.all([ask("/mockhub/faults"), ask("/mockhub/requests")]);
    fill(byId("faults"), ["method", "path", "effect", "requests left", "to pass first"],
      faults.map((fault) => [fault.method, fault.path, effect(fault), number(fault.count),
        number(fault.after)]), "No fault is planned.");
    fill(byId("requests"), ["time", "method", "path", "status", "in", "out", "user"],
      requests.slice(-SHOWN).reverse().map((one) => Object.assign([
        new Date(one.started * 1000).toLocaleTimeString(), one.method,
        element("td", one.query ? `${one.path}?${one.query}` : one.path, { className: "path" }),
        number(one.status ?? "lost"), size(one.received), size(one.sent), one.user,
      ], { failed: !one.status || one.status >= 400 })), "No requests.");
    byId("control").hidden = false;
    setTimeout(showControl, POLL);
  } catch (error) {
    byId("hint").textContent = `Requests and faults are for the administrator: ${error.message}`;
  }
}

const repo = parse(location.pathname);
try {
  await (repo ? showRepo(repo) : showRepos());
} catch (error) {
  byId("main").append(element("p", error.message));
}
if (token) await showControl();
else byId("hint").textContent = "Requests, faults and private repositories: open the address with a "
  + "token that mockhub prints on a terminal.";
