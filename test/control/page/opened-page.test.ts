// The dashboard's document for somebody who is signed in: what is told in it, and that nobody's text is more than text.
import { expect, it } from "vitest";
import { openedPage, type Opening } from "../../../src/control/page/opened-page.ts";
import type { ApiAnswer } from "../../../src/cli/session/client.ts";
import type { MeshRead, OverviewRead, RuntimeRead } from "../../../src/status/mesh-read.ts";
import { HOSTILE, hostileText } from "../../support/documents/hostile-documents.ts";

const PAGE =
  '<!doctype html><html lang="en"><head></head><body><div id="root"><p aria-busy="true">…</p></div></body></html>';
const now = Date.parse("2026-11-29T12:00:00Z");
const ok = <T>(value: unknown): ApiAnswer<T> => ({ ok: true, status: 200, value: value as T, etag: null });
const no = (status: number, message: string): ApiAnswer<never> => ({
  ok: false,
  failure: { exitCode: 1, status, message },
});

const read = (mesh: Partial<MeshRead> = {}, runtime: Partial<RuntimeRead> = {}): OverviewRead => ({
  overview: { answers: [{ path: "/_selvage/v1/whoami", status: 200, value: { name: hostileText } }] },
  isWhole: true,
  who: { name: "mia", role: "viewer", namespaces: null, by: "session", expiresAt: null },
  mesh: {
    // Nobody asked the isolate that serves: what the reads' own client made of that is not told.
    readiness: no(503, "not asked"),
    resources: ok({ items: [], nextCursor: null, revision: 3 }),
    catalog: ok({
      items: [{ namespace: "shop", name: "pay", endpoints: [{ id: "1", weight: 1, health: "unhealthy" }] }],
    }),
    revisions: ok({ items: [], nextCursor: null, revision: 3 }),
    propagation: null,
    ...mesh,
  },
  runtime: {
    breakers: ok({ items: [], more: false }),
    limits: ok({ items: [], unreachable: [] }),
    audit: no(403, "not yours"),
    tokens: no(500, hostileText),
    credentials: [],
    stats: no(500, "gone"),
    longer: no(500, "gone"),
    rollouts: null,
    ...runtime,
  },
});

const opened = (change: Partial<Opening> = {}): string =>
  openedPage(PAGE, { read: read(), base: "/_selvage/ui", path: "/now", theme: null, window: "15m", now, ...change });

const rootOf = (page: string): string => page.slice(page.indexOf('<div id="root">'), page.indexOf("<script"));

it("tells what is wrong, what could not be asked, and what the reader's role is not told", () => {
  const root = rootOf(opened());
  expect(root).toContain("▲ 1 failing · ◆ 1 degraded · ● 0 healthy");
  expect(root).toContain('<a href="/_selvage/ui/services/shop/pay">Service shop/pay</a>');
  expect(root).toMatch(
    /<p class="says">not all could be asked, and what is wrong there is not known: tokens \(&lt;img src=x/,
  );
  expect(root).toContain("Your role is not told of: audit.");
  expect(root).not.toContain("not asked");
  expect(root).toContain('<option value="15m" selected>last 15m</option>');
});

it("escapes every text, in markup and in the answers that come along", () => {
  const page = opened();
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.match(/<(?:img|iframe|svg)/g)).toBeNull();
  const [, written = ""] = /<script type="application\/json" id="answers">(.*)<\/script>/.exec(page) ?? [];
  expect(written).not.toContain("<");
  expect(JSON.parse(written)).toEqual(read().overview);
  expect(written).toContain(JSON.stringify(HOSTILE[2]).slice(1, -1));
});

it("has a theme that is one, and no other word of a cookie", () => {
  expect(opened({ theme: "contrast" })).toContain('<html data-theme="contrast" lang="en">');
  expect(opened({ theme: '"><script>' })).toContain('<html lang="en">');
});

it("says that the mesh is being asked where it does not know, and on other screens, whose place it shows", () => {
  for (const page of [
    opened({ read: read({ catalog: no(500, "gone") }) }),
    opened({ read: { ...read(), isWhole: false } }),
    opened({ path: "/services/shop/pay" }),
    opened({ path: "/tokens" }),
  ]) {
    expect(rootOf(page)).toContain('<p class="quiet" aria-busy="true">Asking the mesh…</p>');
    expect(rootOf(page)).not.toContain('class="card');
  }
  expect(rootOf(opened({ path: "/services/shop/pay" }))).toContain(
    '<a aria-current="page" href="/_selvage/ui/services">',
  );
});
