// How routes split a service's calls by weight, and what another share of a version would make of that. Pure.
import type { Resource } from "../../model/api/resource.ts";
import { records } from "../../status/conditions.ts";

interface SplitBackend {
  readonly service: string;
  readonly namespace: string;
  readonly version: string | null;
  readonly weight: number;
}

export interface Split {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Which of the route's rules. */
  readonly rule: number;
  readonly ruleName: string | null;
  readonly backends: readonly SplitBackend[];
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Rules with more than one backend. */
export function splitsOf(resources: readonly Resource[]): readonly Split[] {
  return resources
    .filter(({ kind }) => kind === "HTTPRoute" || kind === "GRPCRoute")
    .flatMap(({ kind, metadata: { namespace, name }, spec }) =>
      records(spec.rules).flatMap((one, rule): Split[] => {
        const backends = records(one.backendRefs).map((ref) => ({
          service: text(ref.name) ?? "",
          namespace: text(ref.namespace) ?? namespace,
          version: text(ref.version),
          weight: typeof ref.weight === "number" ? ref.weight : 1,
        }));
        return backends.length < 2 ? [] : [{ kind, namespace, name, rule, ruleName: text(one.name), backends }];
      }),
    );
}

/** Weights, in percent, that give one backend this share and leave the others in proportion. */
export function shared(backends: readonly Pick<SplitBackend, "weight">[], which: number, percent: number): number[] {
  const others = backends.map(({ weight }, at) => (at === which ? 0 : weight));
  const sum = others.reduce((all, one) => all + one, 0);
  const left = 100 - percent;
  const exact = others.map((weight, at) => {
    if (at === which) {
      return percent;
    }
    return sum === 0 ? left / (backends.length - 1) : (left * weight) / sum;
  });
  const whole = exact.map(Math.floor);
  // What is lost by rounding goes to those who lost most.
  const lost = 100 - whole.reduce((all, one) => all + one, 0);
  const order = exact.map((one, at) => [one - Math.floor(one), at] as const).toSorted(([a], [b]) => b - a);
  for (const [, at] of order.slice(0, lost)) {
    whole[at] = (whole[at] ?? 0) + 1;
  }
  return whole;
}

/** The document's `spec` with these weights in one rule. */
export function reweighted(
  spec: Readonly<Record<string, unknown>>,
  rule: number,
  weights: readonly number[],
): Readonly<Record<string, unknown>> {
  const rules = records(spec.rules).map((one, at) =>
    at === rule
      ? Object.assign({}, one, {
          backendRefs: records(one.backendRefs).map((ref, nth) =>
            Object.assign({}, ref, { weight: weights[nth] ?? ref.weight }),
          ),
        })
      : one,
  );
  return { ...spec, rules };
}

/** The same as a JSON Patch, for the command. */
export function weightPatch(rule: number, weights: readonly number[]): readonly object[] {
  return weights.map((value, nth) => ({ op: "add", path: `/spec/rules/${rule}/backendRefs/${nth}/weight`, value }));
}
