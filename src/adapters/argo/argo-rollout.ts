// One Rollout of Argo → a Rollout of the mesh: its canary step by step, its blue/green as a switch by hand.
import { byHand, rolloutDocument } from "../rollout/plan.ts";
import type { RolloutDocument } from "../rollout/import-rollouts.ts";
import type { SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";
import { canarySteps, type CanarySteps } from "./canary-steps.ts";
import { routedService, type ArgoSurroundings } from "./routed-service.ts";

const PODS = "Instances are your platform's to start, replace and stop";
const ROUTED =
  "Another mesh or ingress divides requests there; here the mesh itself does. Its routes are imported with " +
  "`selvage import istio` or `gateway-api`";
const UNJUDGED = "NOTHING JUDGES BY IT HERE: the mesh asks no other system, and judges by the calls that it carries";

const POD_FIELDS = [
  "replicas",
  "selector",
  "template",
  "workloadRef",
  "minReadySeconds",
  "revisionHistoryLimit",
  "restartAt",
  "maxSurge",
  "maxUnavailable",
  "antiAffinity",
  "canaryMetadata",
  "stableMetadata",
  "activeMetadata",
  "previewMetadata",
  "previewReplicaCount",
  "scaleDownDelaySeconds",
  "scaleDownDelayRevisionLimit",
  "abortScaleDownDelaySeconds",
  "dynamicStableScale",
  "minPodsPerReplicaSet",
  "replicaProgressThreshold",
] as const;

const REASONS = {
  ...Object.fromEntries(POD_FIELDS.map((name) => [name, PODS])),
  pingPong: "One Service has the endpoints of both versions here",
  rollbackWindow: "A version that was rolled back stays out for a day; `selvage rollout retry` tries it again",
  progressDeadlineSeconds:
    "A Rollout has no deadline: a canary without a healthy endpoint gets nobody, and its step waits. " +
    "End it with `selvage rollout abort`, or write analysis.onNoData: rollback",
  progressDeadlineAbort: "A Rollout has no deadline: analysis.onNoData: rollback takes a canary back that nobody calls",
  previewService:
    "Nobody is sent to the canary by another name: write a match of headers for those who look at it first",
  prePromotionAnalysis: `${UNJUDGED}: look before you promote`,
  postPromotionAnalysis: `${UNJUDGED}: write a hold on the last step to have them watched`,
  analysis: "Runs of analyses are none here; GET /changes keeps what a Rollout decided",
} as const;

/** Null when it cannot be said, which is then told. */
export function translateRollout(source: SourceDocument, around: ArgoSurroundings): RolloutDocument | null {
  const { root } = source;
  const spec = root.at("spec");
  const strategy = spec.at("strategy");
  const [canary, blueGreen] = [strategy.at("canary"), strategy.at("blueGreen")];
  if (canary.present === blueGreen.present) {
    root.drop("It needs one strategy, canary or blueGreen: nothing of it is imported");
    return null;
  }
  const isPaused = spec.at("paused").flag() === true;
  const planned = canary.present ? canaryOf(canary, isPaused) : switched(blueGreen);
  const service = planned === null ? null : routedService(source, around);
  if (planned === null || service === null) {
    return null;
  }
  if (isPaused) {
    spec.at("paused").change("The Rollout begins with a step for nobody, until somebody promotes");
  }
  const document = rolloutDocument(source, { service, stable: "stable", canary: "canary", ...planned });
  strategy.change(
    `Have a Service ${service} whose endpoints say their version, stable or canary; where yours have names already, ` +
      "write those. Callers that know it by another name have to call this one",
  );
  spec.tellRest(REASONS);
  root.tellRest({});
  return document;
}

function canaryOf(canary: Field, isPaused: boolean): CanarySteps | null {
  const routing = canary.at("trafficRouting");
  const max = routing.at("maxTrafficWeight").number();
  const list = canary.at("steps");
  if (list.present && !Array.isArray(list.value)) {
    list.drop("It is no list of steps: nothing of the Rollout is imported");
    return null;
  }
  const analysis = canary.at("analysis");
  const from = analysis.at("startingStep").number() ?? 0;
  if (analysis.present) {
    analysis.drop(`${UNJUDGED}: pauses beside it wait until somebody promotes`);
  }
  tellRouting(routing);
  const said = canarySteps(list, {
    whole: max !== null && max > 0 ? max : 100,
    analysedFrom: analysis.present ? from : null,
    allHeaders: routing.at("alb").present,
    isPaused,
  });
  if (said === null || said.steps.some(({ weight, hold }) => weight < 100 || hold !== null)) {
    return said;
  }
  canary.change(
    "No step lasts, so Argo replaces instances one by one. Here everybody gets the canary when somebody promotes " +
      "(selvage rollout promote)",
  );
  return { ...said, steps: byHand };
}

function tellRouting(routing: Field): void {
  // Routes by header are named there, and said where they are set.
  for (const route of routing.at("managedRoutes").items()) {
    route.at("name").take();
  }
  for (const [name, router] of routing.members()) {
    if (name !== "managedRoutes" && name !== "maxTrafficWeight") {
      router.drop(ROUTED);
    }
  }
}

function switched(blueGreen: Field): CanarySteps {
  const isAuto = blueGreen.at("autoPromotionEnabled").flag() !== false;
  blueGreen.at("autoPromotionSeconds").take();
  if (isAuto) {
    blueGreen.change(
      "Nobody looks at a canary that no caller gets, so it does not go on by itself: everybody gets it when somebody " +
        "promotes (selvage rollout promote)",
    );
  }
  return { steps: byHand, match: [] };
}
