// `selvage wait KIND NAME --for=…`: until a condition holds, a field has a value, or the document is there or
// gone.
import { setTimeout as sleep } from "node:timers/promises";
import type { Resource } from "../../model/api/resource.ts";
import { conditionsOf } from "../../status/conditions.ts";
import { textOf, valuesAt } from "../print/jsonpath.ts";
import { named } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";
import { wrong } from "./write-one.ts";

const INTERVAL_MS = 300;

/** `condition=Accepted`, `condition=Accepted=False`, `jsonpath={.spec.x}=y`, `delete`, `create`. */
export async function waitForCondition(
  session: CliSession,
  kind: string,
  name: string | undefined,
  flags: { readonly for: string; readonly timeout: number },
): Promise<ExitCode> {
  const holds = reader(flags.for);
  if (holds === null) {
    return wrong(session, "--for wants condition=TYPE[=STATUS], jsonpath={PATH}[=VALUE], create or delete");
  }
  const understood = understand(kind, name);
  const [only] = understood.ok ? (understood.what.kinds ?? []) : [];
  if (!understood.ok || only === undefined || understood.what.name === null) {
    return wrong(session, understood.ok ? "name one KIND and one NAME" : understood.message);
  }
  const ref = `${only}/${namespaceFor(only, session.namespace)}/${understood.what.name}`;
  const deadline = performance.now() + flags.timeout * 1000;
  for (;;) {
    const answer = await session.client.call<Resource>("GET", resourcePath(ref));
    const resource = answer.ok ? answer.value : null;
    if (!answer.ok && answer.failure.status !== 404) {
      return reportFailure(answer.failure, session.terminal);
    }
    if (holds(resource)) {
      session.terminal.out(`${named(ref)} ${flags.for === "delete" ? "deleted" : "condition met"}`);
      return exitCodes.ok;
    }
    if (performance.now() > deadline) {
      wrong(session, `timed out after ${flags.timeout} s waiting for ${flags.for} of ${named(ref)}`);
      return exitCodes.unavailable;
    }
    await sleep(INTERVAL_MS);
  }
}

function reader(wanted: string): ((resource: Resource | null) => boolean) | null {
  if (wanted === "delete") {
    return (resource) => resource === null;
  }
  if (wanted === "create") {
    return (resource) => resource !== null;
  }
  const [, type, status = "True"] = /^condition=([^=]+)(?:=(.+))?$/.exec(wanted) ?? [];
  if (type !== undefined) {
    return (resource) => {
      const found = conditionsOf(resource?.status ?? null).filter(
        (one) => one.type.toLowerCase() === type.toLowerCase(),
      );
      return found.length > 0 && found.every((one) => one.status.toLowerCase() === status.toLowerCase());
    };
  }
  const [, path, value] = /^jsonpath=(\{[^}]*\}|[^=]+)(?:=(.*))?$/s.exec(wanted) ?? [];
  if (path === undefined || valuesAt(path, {}) === null) {
    return null;
  }
  return (resource) => {
    const values = valuesAt(path, resource) ?? [];
    return value === undefined ? values.length > 0 : values.map(textOf).join(" ") === value;
  };
}
