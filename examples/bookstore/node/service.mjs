// What the Node services of the bookstore share: an HTTP server, JSON answers, and calls to the neighbours.
// A neighbour is always called through the mesh, never by its own address: SELVAGE_URL is all a service has to know.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const version = process.env.SERVICE_VERSION ?? "v1";
const largestBody = 64 * 1024;
const timeoutMs = 1500;
/** What this copy does wrong, in percent of its requests; health checks are left alone. */
const wrong = { fail: 0, status: 503, slow: 0, slowMs: 0, seed: 1 };
/** Passed on unchanged, so that the calls which one request causes can be told together. */
const passedOn = ["x-request-id", "traceparent", "tracestate"];

/** The rows of one of the bookstore's data files, which hold one JSON value a line. */
export function data(file) {
  const text = readFileSync(new URL(`../data/${file}`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export const json = (status, body, headers = {}) => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body),
});

export const notFound = (path) => json(404, { error: `there is nothing at ${path}` });

/** `routes` maps "GET /books/:id" to a function of the request that returns an answer (or a promise of one). */
export function serve(name, routes) {
  const table = Object.entries(routes).map(([key, answer]) => {
    const [method, pattern] = key.split(" ");
    return { method, pattern: new RegExp(`^${pattern.replace(/:[a-z]+/g, "([^/]+)")}$`), answer };
  });
  const health = () => json(200, { status: "ok", service: name, version });
  table.unshift({ method: "GET", pattern: /^\/healthz$/, answer: health });

  const server = createServer(async (incoming, outgoing) => {
    const answer = await misbehave(incoming.url, () => reply(table, incoming)).catch((error) => {
      console.error(`${name}: ${incoming.method} ${incoming.url}: ${error.stack}`);
      return json(500, { error: "the service made a mistake" });
    });
    outgoing.writeHead(answer.status, {
      ...answer.headers,
      "content-length": Buffer.byteLength(answer.body),
      "x-served-by": `${name} ${version} (node)`,
    });
    outgoing.end(incoming.method === "HEAD" ? "" : answer.body);
  });
  server.keepAliveTimeout = 75_000;
  server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`listening ${server.address().port}`));
  process.on("SIGTERM", () => process.exit(0));
  // Whoever started this process holds the other end of its standard input: when that goes, so does the process.
  if (process.env.STOP_WITH_STDIN) {
    process.stdin.on("end", () => process.exit(0)).setEncoding("utf8");
    process.stdin.on("data", (lines) => lines.split("\n").forEach(listen));
  }
}

/** `wrong fail=30 status=503 slow=20 slowMs=900 seed=7` on standard input: what is left out is as at the start. */
function listen(line) {
  const [word, ...pairs] = line.split(" ");
  if (word === "wrong") {
    Object.assign(wrong, { fail: 0, status: 503, slow: 0, slowMs: 0 });
    for (const [name, value] of pairs.map((pair) => pair.split("="))) {
      wrong[name] = Number(value);
    }
  }
}

/** The next number from 0 to below 100: the same row of them for the same seed. */
function percent() {
  wrong.seed = (Math.imul(wrong.seed, 1664525) + 1013904223) >>> 0;
  return (wrong.seed / 2 ** 32) * 100;
}

async function misbehave(url, answer) {
  if (url === "/healthz" || (wrong.fail === 0 && wrong.slow === 0)) {
    return answer();
  }
  const [failing, slow] = [percent() < wrong.fail, percent() < wrong.slow];
  if (slow) {
    await new Promise((done) => setTimeout(done, wrong.slowMs));
  }
  return failing ? json(wrong.status, { error: "this copy was told to fail" }) : answer();
}

async function reply(table, incoming) {
  const method = incoming.method === "HEAD" ? "GET" : incoming.method;
  const path = incoming.url.split("?")[0];
  const here = table.filter((route) => route.pattern.test(path));
  if (here.length === 0) {
    return notFound(path);
  }
  const route = here.find((candidate) => candidate.method === method);
  if (!route) {
    return json(405, { error: `${method} is not allowed here` }, { allow: allowed(here) });
  }
  const body = await read(incoming);
  if (body === null) {
    return json(413, { error: `a body may have ${largestBody} bytes` }, { connection: "close" });
  }
  const params = decoded(route.pattern.exec(path).slice(1));
  if (params === null) {
    return json(400, { error: `${path} is not well encoded` });
  }
  return route.answer({ path, params, headers: incoming.headers, body, call: caller(incoming.headers) });
}

const allowed = (routes) => routes.map(({ method }) => (method === "GET" ? "GET, HEAD" : method)).join(", ");

function decoded(parts) {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

async function read(incoming) {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) {
    text += chunk;
    if (text.length > largestBody) {
      return null;
    }
  }
  return text;
}

/**
 * A function that calls a neighbour on behalf of one request: `{ok: true, body}` or `{ok: false, status, reason}`,
 * never throws.
 */
function caller(headers) {
  const context = Object.fromEntries(passedOn.filter((name) => headers[name]).map((name) => [name, headers[name]]));
  // The mesh says how long the caller will wait: working longer than that helps nobody.
  const budgetMs = Math.min(timeoutMs, Number(headers["selvage-timeout-ms"]) || timeoutMs);
  return async (service, path, init = {}) => {
    try {
      const response = await fetch(`${process.env.SELVAGE_URL}/svc/${service}${path}`, {
        ...init,
        headers: { "user-agent": "bookstore", ...context, ...init.headers },
        redirect: "manual",
        signal: AbortSignal.timeout(budgetMs),
      });
      const body = await response.text();
      if (!response.ok) {
        return { ok: false, status: response.status, reason: `${service} answered ${response.status}` };
      }
      return { ok: true, body: JSON.parse(body) };
    } catch (error) {
      const reason = error.name === "TimeoutError" ? `did not answer within ${budgetMs} ms` : "could not be reached";
      return { ok: false, status: null, reason: `${service} ${reason}` };
    }
  };
}
