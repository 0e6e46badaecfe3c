// Kills a mesh in the middle of applies, again and again, and looks for what must not be: an acknowledged revision that
// is gone, or an apply of two documents that is there by half. The whole promise, with figures:
//   npx node test/support/journeys/kill9.ts --kills 20 --applies 200
import { parseArgs } from "node:util";
import type { ApplyResult } from "../../../src/model/api/apply.ts";
import type { AuditVerification } from "../../../src/model/api/operators.ts";
import type { RevisionDetail, RevisionList } from "../../../src/model/api/registry.ts";
import type { Resource } from "../../../src/model/api/resource.ts";
import { startMesh, type TestMesh } from "../mesh.ts";

export interface Kill9Figures {
  readonly kills: number;
  /** Applies that were answered 200. */
  readonly acknowledged: number;
  /** Applies whose answer got lost, but which were written: allowed. */
  readonly unanswered: number;
  /** Acknowledged revisions that were gone, or held something else. */
  readonly lost: readonly string[];
  /** Times at which the two documents of one apply differed. */
  readonly halves: readonly string[];
  /** Other findings: the audit chain, the data plane. */
  readonly broken: readonly string[];
  readonly auditLength: number;
  /** From SIGKILL until the mesh answers again, milliseconds. */
  readonly restartMs: { readonly median: number; readonly max: number };
}

const NAMES = ["pair-a", "pair-b"];

/** `kills` times: up to `applies` applies, ended by SIGKILL at a random moment among them. */
export async function kill9(kills: number, applies: number, log: (line: string) => void): Promise<Kill9Figures> {
  const mesh = await startMesh();
  const acknowledged = new Map<number, number>();
  const figures = {
    unanswered: 0,
    lost: new Set<string>(),
    halves: [] as string[],
    broken: [] as string[],
    auditLength: 0,
  };
  const restarts: number[] = [];
  let next = 1;
  try {
    for (let round = 1; round <= kills; round += 1) {
      const fresh = await appliesUntilKilled(mesh, next, applies, round);
      for (const [revision, number] of fresh.acknowledged) {
        acknowledged.set(revision, number);
      }
      const started = performance.now();
      await mesh.restart();
      restarts.push(performance.now() - started);
      const last = next + fresh.acknowledged.size - 1;
      const found = await look(mesh, fresh.acknowledged);
      for (const one of found.lost) {
        figures.lost.add(one);
      }
      if (found.values[0] !== found.values[1]) {
        figures.halves.push(`round ${round}: ${found.values.join(" and ")}`);
      }
      const stored = Math.max(...found.values.map(Number));
      if (stored < last) {
        figures.lost.add(`round ${round}: apply ${last} was acknowledged, ${stored} is stored`);
      }
      figures.unanswered += Math.max(0, stored - last);
      figures.broken.push(...found.broken.map((what) => `round ${round}: ${what}`));
      figures.auditLength = found.auditLength;
      next = Math.max(last, stored) + 1;
      log(
        `kill ${round}/${kills}: ${fresh.acknowledged.size} acknowledged, up again in ${Math.round(restarts.at(-1) ?? 0)} ms`,
      );
    }
    // What was acknowledged before an earlier kill must have outlived the later ones as well.
    for (const one of (await look(mesh, acknowledged)).lost) {
      figures.lost.add(one);
    }
  } finally {
    await mesh.stop();
  }
  const sorted = restarts.toSorted((a, b) => a - b);
  return {
    ...figures,
    kills,
    acknowledged: acknowledged.size,
    lost: [...figures.lost],
    restartMs: { median: Math.round(sorted[sorted.length >> 1] ?? 0), max: Math.round(sorted.at(-1) ?? 0) },
  };
}

/** Revision → number of the apply, for those that were answered. */
async function appliesUntilKilled(
  mesh: TestMesh,
  first: number,
  applies: number,
  round: number,
): Promise<{ acknowledged: ReadonlyMap<number, number> }> {
  const acknowledged = new Map<number, number>();
  const killAfter = Math.floor(Math.random() * applies);
  let killed: Promise<void> | null = null;
  const kill = async (): Promise<void> => {
    // Every other time workerd is killed at the same moment; otherwise it has the milliseconds until its watchdog acts.
    if (round % 2 === 0) {
      process.kill(mesh.workerdPid(), "SIGKILL");
    }
    await mesh.kill9();
  };
  for (let index = 0; index < applies; index += 1) {
    if (index === killAfter) {
      killed = new Promise((resolve, reject) => {
        setTimeout(() => void kill().then(resolve, reject), Math.random() * 40);
      });
    }
    const number = first + index;
    const answer = await mesh.client.call<ApplyResult>("POST", "/apply", { body: { items: pair(number) } });
    if (!answer.ok && answer.failure.status !== null && answer.failure.status < 500) {
      throw new Error(`apply ${number} was refused: ${answer.failure.message}`);
    }
    if (!answer.ok) {
      break;
    }
    acknowledged.set(answer.value.revision, number);
  }
  await killed;
  return { acknowledged };
}

const pair = (number: number): object[] =>
  NAMES.map((name) => ({
    apiVersion: "selvage.dev/v1",
    kind: "Service",
    metadata: { name },
    spec: { description: String(number), exposure: "public" },
  }));

interface Found {
  /** Descriptions of the two documents; "0" before the first apply. */
  readonly values: readonly string[];
  readonly lost: readonly string[];
  readonly broken: readonly string[];
  readonly auditLength: number;
}

async function look(mesh: TestMesh, acknowledged: ReadonlyMap<number, number>): Promise<Found> {
  const values = await Promise.all(NAMES.map((name) => describedAs(mesh, name)));
  const lost: string[] = [];
  for (const [revision, number] of acknowledged) {
    const detail = await mesh.client.call<RevisionDetail>("GET", `/revisions/${revision}`);
    const held = detail.ok ? detail.value.changes.map(({ after }) => description(after)) : [];
    if (held.length !== 2 || held.some((one) => one !== String(number))) {
      lost.push(`revision ${revision} was acknowledged for apply ${number} and holds [${held.join(", ")}]`);
    }
  }
  const broken: string[] = [];
  const audit = await mesh.client.call<AuditVerification>("GET", "/audit/verify");
  if (!audit.ok || !audit.value.ok) {
    broken.push("the audit chain does not verify");
  }
  const head = await mesh.client.call<RevisionList>("GET", "/revisions");
  const served = await fetch(`${mesh.url}/svc/pair-a/`);
  await served.arrayBuffer();
  const current = head.ok ? head.value.revision : -1;
  // Nothing answers for the pair: 503, decided on the newest revision. Before the first apply there is no such service.
  if (current > 0 && (served.status !== 503 || served.headers.get("selvage-revision") !== String(current))) {
    const revision = served.headers.get("selvage-revision");
    broken.push(`the data plane answers ${served.status} on revision ${revision}, the registry is at ${current}`);
  }
  return { values, lost, broken, auditLength: audit.ok ? audit.value.length : 0 };
}

async function describedAs(mesh: TestMesh, name: string): Promise<string> {
  const answer = await mesh.client.call<Resource>("GET", `/namespaces/default/Service/${name}`);
  if (answer.ok) {
    return description(answer.value) ?? "";
  }
  if (answer.failure.status === 404) {
    return "0";
  }
  throw new Error(answer.failure.message);
}

function description(document: unknown): string | null {
  if (typeof document !== "object" || document === null || !("spec" in document)) {
    return null;
  }
  const { spec } = document;
  return typeof spec === "object" && spec !== null && "description" in spec ? String(spec.description) : null;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { kills: { type: "string", default: "20" }, applies: { type: "string", default: "200" } },
  });
  const figures = await kill9(Number(values.kills), Number(values.applies), (line) => console.error(line));
  console.log(JSON.stringify(figures, null, 2));
  process.exitCode = figures.lost.length + figures.halves.length + figures.broken.length === 0 ? 0 : 1;
}
