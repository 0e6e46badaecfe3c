// Limits that are spent, Overrides in force, secrets that have ended, documents that do not do what they say, and
// contracts that wait for somebody.
import type { Credentials } from "../model/api/clients.ts";
import type { LimitUseAnswer } from "../model/api/limits.ts";
import type { ApiToken } from "../model/api/operators.ts";
import type { Resource } from "../model/api/resource.ts";
import { partsOfRef, refOf } from "../model/word/refs.ts";
import { keyText } from "./key-text.ts";
import { conditionsOf, faultsOf } from "./conditions.ts";
import { counted } from "../model/word/plural.ts";
import { namespaceFlag, type Trouble } from "./trouble.ts";

/** Of an operator's token that ended before that nobody needs to hear. */
const ENDED_MS = 86_400_000;

/** Where a fault means that requests find no way. */
const carries = new Set(["HTTPRoute", "Gateway"]);

export function limitTroubles(uses: readonly LimitUseAnswer[]): Trouble[] {
  const spent = uses.filter(({ used, capacity, shadow }) => !shadow && used >= capacity);
  const byLimit = Map.groupBy(
    spent,
    ({ kind, namespace, policy, limit }) => `${refOf(kind, namespace, policy)} ${limit}`,
  );
  return [...byLimit].map(([name, those]) => {
    const [ref = "", limit = ""] = name.split(" ");
    const [worst] = those.toSorted((a, b) => b.refused - a.refused);
    const refused = those.reduce((sum, one) => sum + one.refused, 0);
    const resetS = Math.ceil(Math.max(...those.map(({ resetMs }) => resetMs)) / 1000);
    const who = worst === undefined ? "" : ` (${keyText(worst)} ${worst.used}/${worst.capacity})`;
    return {
      severity: "degraded",
      ref,
      message: `limit ${limit} is spent for ${counted(those.length, "caller")}${who}: ${refused} refused, all free again in ${resetS} s`,
      since: null,
      command: `selvage limit get${namespaceFlag(partsOfRef(ref).namespace)}`,
    };
  });
}

export function documentTroubles(resources: readonly Resource[]): Trouble[] {
  return resources.flatMap((resource) => {
    const { kind, metadata, status } = resource;
    const ref = refOf(kind, metadata.namespace, metadata.name);
    const where = namespaceFlag(metadata.namespace);
    const command = `selvage describe ${kind.toLowerCase()} ${metadata.name}${where}`;
    const faults = faultsOf(status).map(({ reason, message, about, lastTransitionTime }): Trouble => {
      const place = about === null ? "" : ` (${about})`;
      return {
        severity: carries.has(kind) ? "down" : "degraded",
        ref,
        message: `${reason}${place}: ${message}`,
        since: lastTransitionTime,
        command,
      };
    });
    return [...faults, ...ofOverride(resource, ref, where), ...ofContract(resource, ref, where)];
  });
}

function ofOverride({ kind, metadata, spec, status }: Resource, ref: string, where: string): Trouble[] {
  if (kind !== "Override") {
    return [];
  }
  const isInForce = conditionsOf(status).some(({ type, status }) => type === "Active" && status === "True");
  if (!isInForce) {
    return [];
  }
  const { kind: over, name } = Object(spec["target"]);
  const message = `lies over ${String(over).toLowerCase()}/${String(name)} and ends ${String(spec["expiresAt"])}, by ${metadata.updatedBy}: ${String(spec["reason"])}`;
  return [
    {
      severity: "degraded",
      ref,
      message,
      since: metadata.createdAt,
      command: `selvage override rm ${metadata.name}${where}`,
    },
  ];
}

function ofContract({ kind, metadata, spec, status }: Resource, ref: string, where: string): Trouble[] {
  if (kind !== "Contract" || Object(status).state !== "pending") {
    return [];
  }
  const message = `${String(spec["application"])} waits for ${String(spec["service"])}, tier ${String(spec["tier"])}`;
  return [
    {
      severity: "notice",
      ref,
      message,
      since: metadata.createdAt,
      command: `selvage contract approve ${metadata.name}${where}`,
    },
  ];
}

/** Applications that had credentials and have none in force any more. */
export function credentialTroubles(held: readonly Credentials[]): Trouble[] {
  return held
    .filter(({ clientId, secrets }) => clientId !== null && secrets.length === 0)
    .map(({ kind, namespace, name }) => ({
      severity: "degraded",
      ref: refOf(kind, namespace, name),
      message: "its last secret has ended or was revoked: its calls are refused",
      since: null,
      command: `selvage app credentials ${name} --add${namespaceFlag(namespace)}`,
    }));
}

/** Operators' tokens that ended within a day, or will. */
export function tokenTroubles(tokens: readonly ApiToken[], now: number): Trouble[] {
  return tokens.flatMap(({ name, role, expiresAt }): Trouble[] => {
    if (expiresAt === null || Math.abs(now - Date.parse(expiresAt)) > ENDED_MS) {
      return [];
    }
    const ended = Date.parse(expiresAt) <= now;
    const message = `the operator token "${name}" (${role}) ${ended ? "has expired" : `expires ${expiresAt}`}`;
    const command = `selvage token create ${name} --role ${role}`;
    return [{ severity: ended ? "degraded" : "notice", ref: null, message, since: ended ? expiresAt : null, command }];
  });
}
