// What decides about a Canary's steps at Flagger: metrics and webhooks. Two metrics can be said; where another check
// decides, a step waits until somebody promotes.
import type { Gates } from "../rollout/plan.ts";
import type { Field } from "../source/source-field.ts";

interface Metrics {
  readonly maxErrorPercent: number | null;
  /** One of them cannot be said. */
  readonly isGate: boolean;
}

const WAITS = "so steps wait until somebody promotes (selvage rollout promote); write hold where that is not needed";

export function readMetrics(metrics: Field): Metrics {
  const bounds: number[] = [];
  let isGate = false;
  for (const entry of metrics.items()) {
    const name = entry.at("name").text();
    const isOwn = entry.at("templateRef").present || entry.at("query").present;
    const bound = boundOf(entry, name);
    if (!isOwn && name === "request-success-rate" && bound !== null) {
      bounds.push(Math.round((100 - bound) * 1e6) / 1e6);
      entry.at("interval").take();
      entry.change(
        "It is analysis.maxErrorPercent, of the whole step. What fails is no answer, 500, 502, 503, 504 and 520 to 526",
      );
    } else if (!isOwn && name === "request-duration") {
      entry.change(
        "The canary's p99 is held against the stable version's, not against a time: analysis.maxP99Ratio, 1.5 where " +
          "nothing is written. A call longer than the timeout of its route fails, which counts",
      );
      entry.take();
    } else {
      isGate = true;
      entry.drop(`NOTHING JUDGES BY IT HERE: the mesh asks no other system for numbers, ${WAITS}`);
    }
  }
  return { maxErrorPercent: bounds.length === 0 ? null : Math.min(...bounds), isGate };
}

/** Of a success rate: the least that may be. The older word for it is `threshold`. */
function boundOf(entry: Field, name: string | null): number | null {
  if (name !== "request-success-rate") {
    return null;
  }
  const range = entry.at("thresholdRange");
  const field = range.present ? range.at("min") : entry.at("threshold");
  const { value } = field;
  return typeof value === "number" && value >= 0 && value <= 100 ? field.number() : null;
}

const TOLD = "The mesh calls nobody";

export function readWebhooks(webhooks: Field): Gates {
  let [start, each, end] = [false, false, false];
  for (const entry of webhooks.items()) {
    const type = entry.at("type").text() ?? "";
    switch (type) {
      case "confirm-rollout":
      case "pre-rollout":
        start = true;
        entry.drop(`${TOLD}: the Rollout begins with a step for nobody, until somebody promotes`);
        break;
      case "confirm-promotion":
        end = true;
        entry.drop(`${TOLD}: the step before everybody waits until somebody promotes (selvage rollout promote)`);
        break;
      case "post-rollout":
      case "event":
        entry.drop(`${TOLD}: \`selvage rollout watch\` waits for the end, and GET /changes tells each turn`);
        break;
      case "rollback":
        entry.drop(`${TOLD}: to take the canary back, call \`selvage rollout abort\``);
        break;
      default:
        if ((type === "" || type === "rollout") && isLoad(entry.at("metadata"))) {
          entry.drop(`${TOLD}: make the load yourself. A step waits until it has seen analysis.minRequests, 500`);
          break;
        }
        start ||= type !== "" && type !== "rollout";
        each = true;
        entry.drop(`NOTHING ASKS IT HERE: the mesh calls nobody, ${WAITS}`);
    }
  }
  return { start, each, end };
}

/** What Flagger's load tester begins and does not wait for: it decides nothing. */
function isLoad(metadata: Field): boolean {
  const type = metadata.at("type").value;
  const command = metadata.at("cmd").value;
  const isCommand = (type === undefined || type === "cmd") && typeof command === "string" && command !== "";
  return isCommand || type === "ngrinder";
}
