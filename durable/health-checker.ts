// The prober of one service, a part of its CircuitBreaker object around decide/health/prober.ts: an alarm sends the
// probes that are due, as long as isolates report traffic. Verdicts are written down when they turn; the list of
// endpoints is not, the next report brings it again. The mesh object is told what is known, so that nobody has to wake
// this one to see it.
import { refusalForAddress } from "../src/decide/text/address.ts";
import type { BreakerCoordinator } from "../src/decide/breaker/coordinator.ts";
import { endpointUrl, serviceBinding } from "../src/decide/balance/endpoint-url.ts";
import { isExpected, newHealth, type Health, type Probed } from "../src/decide/health/health.ts";
import {
  answerHealth,
  failingInTraffic,
  healthRows,
  newHealthCoordinator,
  type Checked,
} from "../src/decide/health/coordinator.ts";
import { nextProbeAt, settle, takeDue } from "../src/decide/health/prober.ts";
import { pardon } from "../src/decide/breaker/outlier.ts";
import type { HealthReply, HealthReport, HealthRow, ProbeTarget } from "../src/model/message/health.ts";
import type { HealthTerms } from "../src/model/snapshot/health-terms.ts";
import { MESH_OBJECT } from "../src/model/word/refs.ts";
import type { ObjectBindings } from "./operator-orders.ts";

const PREFIX = "health:";
/** A round waits so long for its probes; slower ones end by themselves. */
const ROUND_MS = 5000;
/** The mesh object is told at least so often while probes go on: it forgets what grows old. */
const TELL_MS = 20_000;
/** An alarm that has not come so long after its time does not come any more. */
const LATE_MS = 10_000;
/** A verdict that nobody has asked for so long means nothing any more. */
const KEEP_MS = 86_400_000;
/** For service bindings, whose host nobody resolves. */
const NO_ORIGIN = "http://selvage-health";

type Row = Pick<Health, "state" | "since" | "cause" | "penalty" | "penaltyAt" | "damped"> & {
  readonly target: ProbeTarget;
};

export class HealthChecker {
  readonly #ctx: DurableObjectState;
  readonly #env: ObjectBindings;
  readonly #breakers: BreakerCoordinator;
  readonly #checks = newHealthCoordinator();
  #alarmAt: number | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(ctx: DurableObjectState, env: ObjectBindings, breakers: BreakerCoordinator) {
    this.#ctx = ctx;
    this.#env = env;
    this.#breakers = breakers;
    const now = Date.now();
    for (const [name, { target, ...kept }] of ctx.storage.kv.list<Row>({ prefix: PREFIX })) {
      if (now - kept.since > KEEP_MS) {
        ctx.storage.kv.delete(name);
      } else {
        this.#checks.checked.set(target.id, { target, health: { ...newHealth(now), ...kept } });
      }
    }
  }

  /** What the isolate should know; its report keeps the probes going. */
  answer(report: HealthReport, now: number): HealthReply {
    const reply = answerHealth(this.#checks, report, now, this.#suspects(now));
    this.#wake(now);
    return reply;
  }

  rows(now: number): HealthRow[] {
    return healthRows(this.#checks, now, this.#suspects(now));
  }

  /** One round of probes. Run twice it does nothing the second time: what was taken is not due. */
  async alarm(): Promise<void> {
    this.#alarmAt = null;
    const { terms } = this.#checks;
    const due = takeDue(this.#checks, Date.now());
    if (terms !== null && due.length > 0) {
      const probes = Promise.allSettled(due.map((checked) => this.#check(checked, terms)));
      await within(probes, ROUND_MS);
      this.#ctx.waitUntil(probes);
      if (Date.now() - this.#toldAt >= TELL_MS) {
        await this.#tell();
      }
    }
    this.#wake(Date.now());
  }

  #suspects(now: number): () => ReadonlySet<string> {
    return () => failingInTraffic(this.#breakers, now);
  }

  async #check(checked: Checked, terms: HealthTerms): Promise<void> {
    const probed = await this.#probe(checked.target, terms);
    const now = Date.now();
    const { id, key = id } = checked.target;
    const changed = settle(this.#checks, checked, probed, now, Math.random);
    // A passing check takes an ejected endpoint back, as Envoy does.
    if (probed === null && checked.health.state === "healthy") {
      for (const { outliers } of this.#breakers.ejecting.values()) {
        pardon(outliers, key, now);
      }
    }
    if (!changed) {
      return;
    }
    const { state, since, cause, penalty, penaltyAt, damped } = checked.health;
    const row = { target: checked.target, state, since, cause, penalty, penaltyAt, damped };
    this.#ctx.storage.kv.put<Row>(PREFIX + id, row);
    await this.#tell();
  }

  async #probe(target: ProbeTarget, terms: HealthTerms): Promise<Probed> {
    const { address } = target;
    const refusal = "url" in address ? refusalForAddress(address.url, { allowPrivate: target.private }) : null;
    if (refusal !== null) {
      return refusal;
    }
    const bound = "binding" in address ? serviceBinding(this.#env, address.binding) : null;
    if ("binding" in address && bound === null) {
      return `This Worker has no service binding ${address.binding}.`;
    }
    const at = { ...target, cluster: "", version: null, weight: 1, priority: 0 };
    const url = endpointUrl(at, NO_ORIGIN, terms.path, "");
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), terms.timeoutMs);
    const init: RequestInit = {
      headers: { "user-agent": "selvage-health/1", accept: "*/*" },
      redirect: "manual",
      signal: late.signal,
    };
    try {
      const response = await (bound === null ? fetch(url, init) : bound.fetch(url, init));
      await response.body?.cancel();
      return isExpected(response.status, terms) ? null : `It answered ${response.status}.`;
    } catch {
      return late.signal.aborted ? `It did not answer within ${terms.timeoutMs} ms.` : "It could not be reached.";
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sets the alarm to the next probe, when there is one to come. */
  #wake(now: number): void {
    const next = nextProbeAt(this.#checks, now);
    if (next === null) {
      return;
    }
    // An alarm that is set for the very time of the one that runs is lost, so it is always a later one.
    const at = Math.max(Math.ceil(next), now + 1);
    const isSet = this.#alarmAt !== null && this.#alarmAt <= at && now - this.#alarmAt < LATE_MS;
    if (isSet) {
      return;
    }
    this.#alarmAt = at;
    this.#ctx.waitUntil(this.#ctx.storage.setAlarm(at));
  }

  async #tell(): Promise<void> {
    const { service } = this.#checks;
    if (service === "") {
      return;
    }
    this.#toldAt = Date.now();
    try {
      await this.#env.MESH.getByName(MESH_OBJECT).tellHealth(service, this.rows(this.#toldAt));
    } catch {
      // Told again with the next change, or after TELL_MS.
    }
  }
}

/** Waits for the work, and not longer than that. No timer is left behind: it would keep the object from sleeping. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
