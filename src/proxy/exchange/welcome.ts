// What stands at `/` of an address that is the mesh's own, as long as no route and no listener claims it: what this is,
// and what to do next. Nothing of what is configured.
import { isUnclaimed } from "../../decide/route/unclaimed.ts";
import type { Ended, Exchange } from "./exchange.ts";

const NEXT = ["selvage status", "selvage apply -f mesh.yaml --wait"];
const LINKS = { home: "/_selvage/", api: "/_selvage/docs", ready: "/_selvage/readyz" };
const WHAT = "Selvage, a service mesh. It is running, and no route claims this address yet.";

/** Null = the address is somebody's, or not known to be the mesh's. */
export function welcome(exchange: Exchange): Ended | null {
  const { admitted, live, settings } = exchange;
  const { method, path, host, headers } = admitted;
  if (path !== "/" || (method !== "GET" && method !== "HEAD") || settings.adminHost !== null) {
    return null;
  }
  if (!isOwn(exchange) || !isUnclaimed(live.snapshot.router, host)) {
    return null;
  }
  const isPage = headers.get("accept")?.includes("text/html") === true;
  const type = isPage ? "text/html; charset=utf-8" : "application/json";
  const shown = { "content-security-policy": "default-src 'none'; frame-ancestors 'none'", vary: "accept" };
  const body = isPage ? PAGE : `${JSON.stringify({ about: WHAT, next: NEXT, links: LINKS }, null, 2)}\n`;
  return { no: { status: 200, headers: { "content-type": type, ...shown }, body }, stage: "welcome", policy: "none" };
}

/** By this machine's names, by its own word, or by the platform's name for the Worker. */
function isOwn({ admitted: { host }, settings }: Exchange): boolean {
  if (settings.isLocalMesh && LOOPBACK.test(host)) {
    return true;
  }
  return host === ownHost(settings.publicOrigin) || host.endsWith(".workers.dev");
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function ownHost(origin: string | null): string | null {
  return origin === null ? null : new URL(origin).hostname;
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Selvage</title>
<h1>Selvage</h1>
<p>${WHAT}</p>
<h2>Next</h2>
<pre>${NEXT.join("\n")}</pre>
<p><a href="${LINKS.home}">The mesh's own page</a> ·
<a href="${LINKS.api}">the admin API</a> ·
<a href="${LINKS.ready}">whether it is ready</a></p>
</html>
`;
