// A snapshot as releases before the table of policies wrote it (schema 1), read as one of today. Goes away with the
// release after the next one: `OLDEST_SNAPSHOT_SCHEMA` then becomes 2.
import type { Authentication, Authorization } from "./access.ts";
import type { CallPolicy } from "./call-policy.ts";
import type { Circuit } from "./circuit.ts";
import type { Fault } from "./fault.ts";
import type { Limit } from "./limit.ts";
import type { Held, PolicyIndexes } from "./policies.ts";
import type { Backend, Filter, Router, Rule, ServiceEntry, Snapshot } from "./snapshot.ts";
import type { Timeouts, Traffic } from "./traffic.ts";

/** What held at a place was written into the place: whole, or as indexes into tables beside each other. */
interface PlaceOf1 {
  readonly authentication?: number;
  readonly ownAuthentication?: true;
  readonly authorizations?: readonly number[];
  readonly apart?: readonly (readonly number[])[];
  readonly foreign?: true;
  readonly limits?: readonly number[];
  readonly circuit?: number;
  readonly calls?: CallPolicy;
  readonly fault?: Fault;
}
type FilterOf1 = Exclude<Filter, { type: "Fault" }> | ({ readonly type: "Fault" } & Fault);
type BackendOf1 = Omit<Backend, keyof Held | "filters"> & PlaceOf1 & { readonly filters: readonly FilterOf1[] };
type RuleOf1 = Omit<Rule, keyof Held | "filters" | "backends"> &
  PlaceOf1 & { readonly filters: readonly FilterOf1[]; readonly backends: readonly BackendOf1[] };
type ServiceOf1 = Omit<ServiceEntry, keyof Held> & PlaceOf1;

export interface SnapshotOf1 extends Omit<Snapshot, "schema" | "services" | "router" | "policies"> {
  readonly schema: 1;
  readonly services: Readonly<Record<string, ServiceOf1>>;
  readonly router: Omit<Router, "rules"> & { readonly rules: readonly RuleOf1[] };
  readonly limits?: readonly Limit[];
  readonly circuits?: readonly Circuit[];
  readonly authentications?: readonly Authentication[];
  readonly authorizations?: readonly Authorization[];
}

/** The same mesh: every request is decided as before. */
export function fromSchema1(old: SnapshotOf1): Snapshot {
  const { limits, circuits = [], authentications, authorizations, services, router, ...rest } = old;
  const traffic = new Rows<Traffic>();
  const fault = new Rows<Fault>();
  const filterOf = (filter: FilterOf1): Filter => {
    if (filter.type !== "Fault") {
      return filter;
    }
    const { type, ...named } = filter;
    return { type, fault: fault.indexOf(named) };
  };
  const place = <Place extends PlaceOf1>(from: Place, timeouts: Timeouts | null) => {
    const { authentication, authorizations: held, limits: of, circuit, calls = null, fault: put, ...more } = from;
    const guard = (circuit === undefined ? null : circuits[circuit]) ?? null;
    const isCalled = timeouts !== null && (guard !== null || calls !== null);
    const policies: PolicyIndexes = {
      ...(isCalled
        ? { traffic: traffic.indexOf({ policy: guard?.policy ?? "", timeouts, calls, circuit: guard }) }
        : {}),
      ...(of === undefined || of.length === 0 ? {} : { limit: of }),
      ...(put === undefined ? {} : { fault: fault.indexOf(put) }),
      ...(authentication === undefined ? {} : { authentication }),
      ...(held === undefined ? {} : { authorization: held }),
    };
    return { ...more, policies };
  };
  const backendOf = ({ filters, ...backend }: BackendOf1): Backend => ({
    ...place(backend, backend.timeouts),
    filters: filters.map(filterOf),
  });
  const ruleOf = ({ filters, backends, ...rule }: RuleOf1): Rule => ({
    ...place(rule, null),
    filters: filters.map(filterOf),
    backends: backends.map(backendOf),
  });
  const rules = router.rules.map(ruleOf);
  const entries = Object.entries(services).map(([key, entry]) => [key, place(entry, entry.timeouts)] as const);
  return {
    ...rest,
    schema: 2,
    services: Object.fromEntries(entries),
    router: { ...router, rules },
    policies: {
      ...(traffic.rows.length === 0 ? {} : { traffic: traffic.rows }),
      ...(limits === undefined ? {} : { limit: limits }),
      ...(fault.rows.length === 0 ? {} : { fault: fault.rows }),
      ...(authentications === undefined ? {} : { authentication: authentications }),
      ...(authorizations === undefined ? {} : { authorization: authorizations }),
    },
  };
}

/** Rows of a table, each once. */
class Rows<Row> {
  readonly rows: Row[] = [];
  readonly #known = new Map<string, number>();

  indexOf(row: Row): number {
    const text = JSON.stringify(row);
    const index = this.#known.get(text) ?? this.rows.push(row) - 1;
    this.#known.set(text, index);
    return index;
  }
}
