// One Canary of Flagger → a Rollout. Its three strategies: weights that rise with each check that passes, requests with
// a header (A/B), and everybody at once (blue/green).
import { byHand, gated, rolloutDocument, toEverybody, type PlannedStep } from "../rollout/plan.ts";
import { headerMatches, HOLDS_AT_ONCE, type HeaderMatches } from "../rollout/header-matches.ts";
import type { RolloutDocument } from "../rollout/import-rollouts.ts";
import type { SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";
import { readMetrics, readWebhooks } from "./checks.ts";
import { risingSteps } from "./weights.ts";

const SCALED = "How many instances run is your platform's";
const ROUTED = "Another mesh or ingress divides requests there; here the mesh itself does";
const MIRRORED =
  "Copies of requests go to the version that everybody has. Send them with a RequestMirror filter to a Service of its own";
const ROUTES =
  "Flagger made routes of it: import those with `selvage import istio` or `gateway-api`, or write an HTTPRoute";

const REASONS = {
  autoscalerRef: SCALED,
  provider: ROUTED,
  ingressRef: ROUTED,
  routeRef: ROUTED,
  upstreamRef: ROUTED,
  metricsServer: "The mesh asks no other system for numbers: it judges by the calls that it carries",
  progressDeadlineSeconds:
    "A Rollout has no deadline: a canary without a healthy endpoint gets nobody, and its step waits. " +
    "End it with `selvage rollout abort`, or write analysis.onNoData: rollback",
  revertOnDeletion:
    "When a Rollout is deleted any endpoint of the Service may answer: remove those of the canary before",
  canaryAnalysis: "It stands beside analysis, which holds",
  mirror: MIRRORED,
  mirrorWeight: MIRRORED,
  stepWeightPromotion:
    "Nothing moves back: when the Rollout is over, endpoints of the canary's version are what everybody has",
  primaryReadyThreshold: "An endpoint that is not well gets nobody",
  canaryReadyThreshold: "An endpoint that is not well gets nobody",
  alerts: "The mesh calls nobody: `selvage rollout watch`, `selvage status` and GET /changes tell of it",
  iterations: "It is no number of checks",
  maxWeight: "It is no percentage",
  stepWeight: "It is no percentage",
  stepWeights: "It is no list of percentages",
} as const;

export function translateCanary(source: SourceDocument): RolloutDocument | null {
  const { root } = source;
  const spec = root.at("spec");
  const target = spec.at("targetRef");
  target.at("apiVersion").take();
  target.at("kind").take();
  const workload = target.at("name").text();
  const service = spec.at("service").at("name").text() ?? workload;
  const planned = service === null ? null : plan(spec);
  if (service === null) {
    root.drop("It names no workload: there is nothing to make a Rollout of");
  }
  if (service === null || planned === null) {
    return null;
  }
  const { steps, ...rest } = planned;
  const document = rolloutDocument(source, { service, stable: "primary", canary: "canary", steps, ...rest });
  target.change(
    `Have a Service ${service} whose endpoints say their version: primary for those of ${workload ?? service}-primary, ` +
      `canary for those of ${workload ?? service}. Where yours have names already, write those`,
  );
  tellService(spec.at("service"));
  spec.tellRest(REASONS);
  root.tellRest({});
  return document;
}

interface CanaryPlan {
  readonly steps: readonly PlannedStep[];
  readonly match?: readonly HeaderMatches[];
  readonly maxErrorPercent?: number;
  readonly isSticky?: boolean;
}

/** Null when it cannot be said, which is then told. */
function plan(spec: Field): CanaryPlan | null {
  const analysis = spec.at("analysis").present ? spec.at("analysis") : spec.at("canaryAnalysis");
  if (!analysis.present && spec.at("skipAnalysis").value !== true) {
    spec.drop("It has no analysis, without which Flagger takes no Canary: nothing of it is imported");
    return null;
  }
  const isSuspended = spec.at("suspend").flag() === true;
  if (isSuspended) {
    spec.at("suspend").change("The Rollout begins with a step for nobody, until somebody promotes");
  }
  if (spec.at("skipAnalysis").flag() === true) {
    return { steps: gated(toEverybody([]), { start: isConfirmed(analysis) || isSuspended, each: false, end: false }) };
  }
  const dealt = dealing(analysis, spec.at("provider").value === "kubernetes");
  if (dealt === null) {
    return null;
  }
  const gates = readWebhooks(analysis.at("webhooks"));
  const metrics = readMetrics(analysis.at("metrics"));
  const threshold = analysis.at("threshold");
  if (threshold.number() !== null) {
    threshold.change("A canary is not taken out after so many checks: bets run against it at each call (falseAlarm)");
  }
  const start = isSuspended || gates.start;
  const steps = gated(dealt.steps, { start, each: gates.each || metrics.isGate, end: gates.end });
  const match = analysis.at("match");
  if (dealt.match.length > 0 && start) {
    match.change(HOLDS_AT_ONCE);
  }
  const isSticky = readAffinity(analysis.at("sessionAffinity"));
  const { maxErrorPercent } = metrics;
  const held = start ? [] : dealt.match;
  return { steps, match: held, isSticky, ...(maxErrorPercent === null ? {} : { maxErrorPercent }) };
}

/** Without an analysis nothing but a webhook that allows a canary at all is asked. */
function isConfirmed(analysis: Field): boolean {
  const isAsked = analysis
    .at("webhooks")
    .items()
    .some((webhook) => webhook.at("type").value === "confirm-rollout");
  if (analysis.present) {
    const then = isAsked ? "when somebody promotes, which stands for confirm-rollout" : "at once";
    analysis.drop(`With skipAnalysis nothing of it is in force: everybody gets the canary ${then}`);
  }
  return isAsked;
}

interface Dealing {
  readonly steps: readonly PlannedStep[];
  readonly match: readonly HeaderMatches[];
}

/** @param isSwitched by Kubernetes alone, which knows neither shares nor headers */
function dealing(analysis: Field, isSwitched: boolean): Dealing | null {
  const match = analysis.at("match");
  const iterations = analysis.at("iterations");
  const count = iterations.number() ?? 0;
  if (!isSwitched && match.items().length > 0) {
    if (count < 1) {
      match.drop(
        "Without iterations Flagger gives the canary a share of these requests only. A Rollout gives it all of them or " +
          "a share of everybody's: nothing of the Canary is imported",
      );
      return null;
    }
    waits(analysis, iterations, "What these requests make of the canary is counted by nobody here");
    return {
      steps: byHand,
      match: headerMatches(match.items().map((field) => ({ field, headers: headersOf(field) }))),
    };
  }
  if (isSwitched && match.items().length > 0) {
    match.drop("Flagger's provider kubernetes passes over it: nobody is sent to the canary by a header");
  }
  if (isSwitched || count >= 1) {
    waits(analysis, iterations, "While nobody gets the canary there are no calls to judge it by");
    return { steps: byHand, match: [] };
  }
  const rising = risingSteps(analysis);
  return rising === null ? null : { steps: toEverybody(rising), match: [] };
}

function waits(analysis: Field, iterations: Field, because: string): void {
  for (const name of ["interval", "maxWeight", "stepWeight", "stepWeights"]) {
    analysis.at(name).take();
  }
  const field = iterations.present ? iterations : analysis;
  field.change(`${because}, so the Rollout waits: everybody gets it when somebody promotes (selvage rollout promote)`);
}

/** Null: it has a condition beside headers. */
function headersOf(match: Field): readonly (readonly [string, Field])[] | null {
  const others = match.members().filter(([name, { present }]) => present && name !== "headers" && name !== "name");
  match.at("name").take();
  return others.length > 0 ? null : match.at("headers").members();
}

function readAffinity(field: Field): boolean {
  if (!field.present) {
    return false;
  }
  for (const [name, member] of field.members()) {
    if (name === "cookieName") {
      member.take();
    } else {
      member.drop("The mesh sets no cookie");
    }
  }
  field.change(
    "The mesh sets no cookie: callers are dealt by the subject of their token, their cookie sid or their address, and keep " +
      "the version that they had. Write under sticky.by what your callers have",
  );
  return true;
}

const PORTS = /^(port|portName|targetPort|portDiscovery|appProtocol)$/;
const GENERATED = /^(apex|primary|canary|headless|unmanagedMetadata|trafficDistribution|meshName|backends)$/;

function tellService(service: Field): void {
  for (const [name, field] of service.members()) {
    if (name === "name") {
      continue;
    }
    if (PORTS.test(name)) {
      field.drop("An endpoint says its port in its URL");
    } else if (GENERATED.test(name)) {
      field.drop("It is of the objects that Flagger makes; a Service here is a registry entry");
    } else {
      field.drop(ROUTES);
    }
  }
}
