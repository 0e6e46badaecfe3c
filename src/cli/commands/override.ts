// `selvage override add|ls|rm`: break-glass. An Override is a document like any other; these commands name it, give it
// a time to end, and show which ones are in force.
import { sayError } from "../session/error-line.ts";
import { parse } from "yaml";
import type { ApplyResult } from "../../model/api/apply.ts";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { kindByAnyName } from "../../model/document/kinds.ts";
import { LONGEST_OVERRIDE_MS } from "../../model/document/overridable.ts";
import { overrideSpecSchema } from "../../model/document/kind/override.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";
import { namespaceFor } from "../session/kind-argument.ts";
import { table } from "../print/table.ts";

export interface OverrideAddOptions {
  /** JSON or YAML: a merge patch over the target's spec. */
  readonly patch: string;
  readonly reason: string;
  /** A duration, at most 24h. */
  readonly for: string;
  /** Name of the Override; default: made of the target's name. */
  readonly name?: string;
}

export async function addOverride(
  session: CliSession,
  kind: string,
  name: string,
  options: OverrideAddOptions,
): Promise<ExitCode> {
  const { client, terminal, namespace } = session;
  const wrong = (message: string): ExitCode => {
    sayError(terminal, message);
    return exitCodes.usage;
  };
  const known = kindByAnyName(kind);
  if (known === null) {
    return wrong(`there is no kind "${kind}"`);
  }
  const patch = patchOf(options.patch);
  if (patch === null) {
    return wrong(`--patch wants a mapping in JSON or YAML, such as '{"timeouts": {"request": "1s"}}'`);
  }
  const forMs = parseDuration(options.for);
  if (forMs === null || forMs <= 0 || forMs > LONGEST_OVERRIDE_MS) {
    return wrong("--for wants a duration of at most 24h, such as 30m");
  }
  // A document may come later (git has no order); a command at three in the morning has a target or a typing error.
  const target = await client.call<Resource>("GET", resourcePath(`${known}/${namespaceFor(known, namespace)}/${name}`));
  if (!target.ok) {
    return reportFailure(target.failure, terminal);
  }
  const document = {
    apiVersion: "selvage.dev/v1",
    kind: "Override",
    metadata: { name: options.name ?? madeUp(known, name), namespace: namespace ?? "default" },
    spec: {
      target: { kind: known, name },
      patch,
      reason: options.reason,
      expiresAt: new Date(Date.now() + forMs).toISOString(),
    },
  };
  const answer = await client.call<ApplyResult>("POST", "/apply", {
    query: { manager: "cli", reason: options.reason.slice(0, 500) },
    body: document,
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const { revision, warnings } = answer.value;
  await printFindings(warnings, null, terminal);
  await printData(session, {
    data: answer.value,
    human: () => [
      `override/${document.metadata.name} lies over ${known.toLowerCase()}/${name} until ${document.spec.expiresAt} (revision ${revision})`,
    ],
    names: () => [`override/${document.metadata.name}`],
  });
  return exitCodes.ok;
}

function patchOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 });
    const checked = overrideSpecSchema.shape.patch.safeParse(value);
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}

/** `trafficpolicy-orders-3f9a`: two of one target do not meet. */
function madeUp(kind: string, name: string): string {
  const suffix = Math.floor(Math.random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `${`${kind.toLowerCase()}-${name}`.slice(0, 58).replace(/-+$/, "")}-${suffix}`;
}

export async function listOverrides(
  session: CliSession,
  options: { readonly allNamespaces?: boolean },
): Promise<ExitCode> {
  const { client, terminal } = session;
  const namespace = options.allNamespaces ? undefined : (session.namespace ?? "default");
  const items: Resource[] = [];
  let cursor: string | undefined;
  do {
    const answer = await client.call<ResourceList>("GET", "/resources", {
      query: { kind: "Override", namespace, cursor },
    });
    if (!answer.ok) {
      return reportFailure(answer.failure, terminal);
    }
    items.push(...answer.value.items);
    cursor = answer.value.nextCursor ?? undefined;
  } while (cursor !== undefined);
  await printData(session, {
    data: { items },
    human: () =>
      items.length === 0
        ? []
        : table(["NAMESPACE", "NAME", "TARGET", "STATE", "UNTIL", "BY", "REASON"], items.map(row)),
    names: () => items.map(({ metadata }) => `override/${metadata.name}`),
  });
  if (items.length === 0) {
    terminal.err("nothing is overridden");
  }
  return exitCodes.ok;
}

function row({ metadata, spec, status }: Resource): string[] {
  const checked = overrideSpecSchema.safeParse(spec);
  const { target, expiresAt, reason } = checked.success ? checked.data : { target: null, expiresAt: "", reason: "" };
  const where = target?.namespace === undefined ? "" : ` (${target.namespace})`;
  return [
    metadata.namespace,
    metadata.name,
    target === null ? "" : `${target.kind.toLowerCase()}/${target.name}${where}`,
    stateOf(status),
    expiresAt,
    metadata.updatedBy,
    reason,
  ];
}

/** The reason of the condition `Active`: InForce, Expired, TargetNotFound … */
function stateOf(status: Resource["status"]): string {
  const conditions: unknown = status?.["conditions"];
  const active = (Array.isArray(conditions) ? conditions : []).find((one: unknown) => Object(one).type === "Active");
  return String(Object(active).reason ?? "");
}

export async function removeOverride(session: CliSession, name: string): Promise<ExitCode> {
  const { client, terminal, namespace } = session;
  const path = resourcePath(`Override/${namespace ?? "default"}/${name}`);
  const known = await client.call<Resource>("GET", path);
  if (!known.ok) {
    return reportFailure(known.failure, terminal);
  }
  const ifMatch = known.etag ?? undefined;
  const answer = await client.call<ApplyResult>("DELETE", path, { query: { manager: "cli" }, ifMatch });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  await printData(session, {
    data: answer.value,
    human: () => [`override/${name} removed (revision ${answer.value.revision})`],
    names: () => [`override/${name}`],
  });
  return exitCodes.ok;
}
