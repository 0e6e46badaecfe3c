// The controller of one service's Rollout: a thin shell around decide/rollout. Counts are written down before they are
// answered for, and what was decided before anybody hears of it, so that an object that is moved or killed neither
// forgets nor decides twice. One that has just begun holds: it promotes nothing before it has heard of calls.
import { DurableObject } from "cloudflare:workers";
import { follow, hear, isBarredVersion, look, lookInMs } from "../src/decide/rollout/controller.ts";
import { obeyOrder } from "../src/decide/rollout/orders.ts";
import { rolloutShare, type RolloutState } from "../src/decide/rollout/state.ts";
import { viewOf } from "../src/decide/rollout/view.ts";
import { isBeyond } from "../src/decide/fleet/head.ts";
import { sharedMs } from "../src/decide/fleet/reporters.ts";
import { heardSince, takeBatches } from "../src/decide/signals/arrivals.ts";
import type { MeshObject, RolloutObject } from "../src/model/message/objects.ts";
import type {
  RolloutObeyed,
  RolloutOrder,
  RolloutReply,
  RolloutReport,
  RolloutTurn,
  RolloutView,
} from "../src/model/message/rollout.ts";
import type { Head } from "../src/model/registry/registry.ts";
import type { RolloutTerms } from "../src/model/snapshot/rollout.ts";
import type { ServiceKey } from "../src/model/snapshot/snapshot.ts";
import { MESH_OBJECT } from "../src/model/word/refs.ts";
import { WrittenRollout } from "./storage/written-rollout.ts";

/** What the object reaches; service bindings have users' names. */
interface RolloutBindings {
  readonly MESH: DurableObjectNamespace<MeshObject & Rpc.DurableObjectBranded>;
}

const REPORT_MS = 1000;
const REPORTING_MS = 60_000;
/** What could not be told is told again after so long. */
const RETRY_MS = 2000;

export class Rollout extends DurableObject<RolloutBindings> implements RolloutObject {
  readonly #written = new WrittenRollout(this.ctx.storage.kv);
  /** Isolates were heard of since the object began. */
  #isWarm = false;

  /** Counts a report, and answers when it is written down. What fails is out before the answer leaves. */
  async take({ isolate, batches, lost }: RolloutReport): Promise<RolloutReply> {
    const now = Date.now();
    const { state, arrivals } = this.#written;
    const news = takeBatches(arrivals, isolate, { batches, lost }, now);
    this.#written.noteArrival(isolate);
    const isolates = heardSince(arrivals, now - REPORTING_MS);
    const nextMs = Math.max(REPORT_MS, sharedMs(isolates));
    if (state === null || this.#written.isGone) {
      return { nextMs, share: null };
    }
    this.#isWarm ||= news.some(({ run }) => run === state.run);
    const heard = hear(state, news, now);
    await this.#become(heard, now);
    return { nextMs, share: rolloutShare(heard) };
  }

  /** What the document says as of that revision; null = there is none any more. */
  async follow(service: ServiceKey, terms: RolloutTerms | null, head: Head): Promise<void> {
    const now = Date.now();
    const { head: known, state } = this.#written;
    if (known !== null && isBeyond(known, head)) {
      return;
    }
    this.#written.begin(service, head, terms === null);
    if (terms === null) {
      if (state !== null && !isBarredVersion(state, now)) {
        this.#written.forget();
      }
      this.#written.noteTold(false);
      await this.#tell();
      return;
    }
    const next = follow(state, terms, crypto.randomUUID(), now);
    if (next.run !== state?.run) {
      this.#isWarm = false;
    }
    // Whoever says it again may have found that the mesh object knows nothing of it.
    this.#written.noteTold(false);
    await this.#become(next, now);
  }

  /** Answered when it is written down, and the mesh object has heard of it or cannot be reached. */
  async order(order: RolloutOrder): Promise<RolloutObeyed> {
    const now = Date.now();
    const { state } = this.#written;
    if (state === null || this.#written.isGone) {
      return { refused: "none", says: "Its controller knows of no Rollout: it hears of one within a minute" };
    }
    const done = obeyOrder(state, order, crypto.randomUUID(), now);
    if ("refused" in done) {
      return done;
    }
    await this.#become(done.state, now);
    return { view: viewOf(done.state, now, this.#isWarm), isTold: this.#written.isTold };
  }

  /** null = there is no Rollout. */
  view(): RolloutView | null {
    const { state, isGone } = this.#written;
    return state === null || isGone ? null : viewOf(state, Date.now(), this.#isWarm);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const { state, isGone } = this.#written;
    if (state === null || isGone) {
      await this.#tell();
      return;
    }
    await this.#become(look(state, now, this.#isWarm), now);
    await this.#wakeNext(now);
  }

  /** Written down, then told to whoever has to know. */
  async #become(next: RolloutState, now: number): Promise<void> {
    const { state: before } = this.#written;
    const isTurn = next.seq !== before?.seq;
    const turns = isTurn ? next.turns.filter((one) => one.actor === null && before?.turns.includes(one) !== true) : [];
    this.#written.become(next, turns);
    if (isTurn) {
      this.#written.noteTold(false);
    }
    await this.#tell();
    if (isTurn || (await this.ctx.storage.getAlarm()) === null) {
      await this.#wakeNext(now);
    }
  }

  /** An alarm that is set for the moment in which one runs is lost, so it is always set for later. */
  async #wakeNext(now: number): Promise<void> {
    const { state, isTold, unaudited } = this.#written;
    const nextMs = state === null ? null : lookInMs(state);
    const retryMs = isTold && unaudited.length === 0 ? null : RETRY_MS;
    const inMs = nextMs === null ? retryMs : retryMs === null ? nextMs : Math.min(nextMs, retryMs);
    if (inMs !== null) {
      await this.ctx.storage.setAlarm(now + inMs);
    }
  }

  /** Tells the mesh object the share, and the registry what was decided here. Never rejects. */
  async #tell(): Promise<void> {
    const { state, service, isTold, isGone, unaudited } = this.#written;
    if (!isTold && service !== null) {
      try {
        const share = state === null || isGone ? null : rolloutShare(state);
        await this.env.MESH.getByName(MESH_OBJECT).tellShare(service, share);
        // Another turn may have come meanwhile, which is told by itself.
        if (this.#written.state?.seq === state?.seq) {
          this.#written.noteTold(true);
        }
      } catch {
        // With the next report or alarm, again.
      }
    }
    if (unaudited.length > 0 && state !== null) {
      this.ctx.waitUntil(this.#audit(state.terms.rollout, unaudited));
    }
  }

  async #audit(rollout: string, turns: readonly RolloutTurn[]): Promise<void> {
    for (const turn of turns) {
      if (!this.#written.takeUnaudited(turn)) {
        continue;
      }
      try {
        await this.ctx.exports.Registry.noteRollout(rollout, turn);
      } catch {
        this.#written.addUnaudited(turn);
      }
    }
  }
}
