// An empty registry for each test, and documents as the parser makes them.
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { ApplyOptions, Applied } from "../../../src/change/apply.ts";
import { Store } from "../../../src/store/store.ts";
import type { SentDocument } from "../../../src/change/verdict.ts";
import type { ApplyResult } from "../../../src/model/api/apply.ts";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import type { Refusal } from "../../../src/model/word/problem.ts";
import type { AuditDraft } from "../../../src/model/registry/registry.ts";

export const NOW = "2026-11-23T10:00:00.000Z";

/** Forgets everything that earlier tests of the file stored. */
export async function emptyRegistry(): Promise<Store> {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  return new Store(env.DB);
}

export function documents(yaml: string): readonly SentDocument[] {
  const parsed = parseDocuments(yaml, "yaml");
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.refusal));
  }
  return parsed.documents;
}

export const service = (name: string, spec = "exposure: public", metadata = ""): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: ${name}, namespace: shop${metadata && `, ${metadata}`}}, spec: {${spec}}}\n`;

export const options = (more: Partial<ApplyOptions> = {}): ApplyOptions => ({
  dryRun: false,
  strict: false,
  expected: null,
  manager: "test",
  actor: "mia",
  role: "admin",
  ip: "192.0.2.7",
  source: "apply",
  reason: null,
  now: NOW,
  localMesh: true,
  ...more,
});

export const auditDraft = (more: Partial<AuditDraft> = {}): AuditDraft => ({
  at: NOW,
  actor: "mia",
  role: "admin",
  ip: null,
  action: "test",
  target: "mesh",
  outcome: "allowed",
  before: null,
  after: null,
  revision: null,
  reason: null,
  detail: {},
  ...more,
});

export function accepted(applied: Applied): ApplyResult {
  expect(applied).toMatchObject({ ok: true });
  if (!applied.ok) {
    throw new Error("unreachable");
  }
  return applied.result;
}

export function refusedWith(applied: Applied): Refusal {
  expect(applied).toMatchObject({ ok: false });
  if (applied.ok) {
    throw new Error("unreachable");
  }
  return applied.refusal;
}
