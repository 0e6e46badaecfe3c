// Makes the calls that announcing.ts finds due: one at a time, until the endpoint has been taken out again. Decides
// nothing itself but when to look again.
import {
  afterCall,
  dueCall,
  initialAnnouncing,
  want,
  type AgentCall,
  type Announcing,
  type CallOutcome,
  type Wanted,
} from "./announcing.ts";

interface AnnouncerPorts {
  readonly ttlMs: number;
  now(): number;
  /** 0 to below 1. */
  random(): number;
  /** Never rejects. */
  call(what: AgentCall): Promise<CallOutcome>;
  /** What changed for the endpoint: for the terminal. */
  told(change: "announced" | "forgotten" | "withdrawn"): void;
}

export class Announcer {
  readonly #ports: AnnouncerPorts;
  #state: Announcing = initialAnnouncing;
  #timer: NodeJS.Timeout | undefined;
  #isCalling = false;
  /** What is wanted was refused: it will not come of waiting. */
  #isRefused = false;
  #isClosed = false;
  readonly #waiting = new Set<() => void>();

  constructor(ports: AnnouncerPorts) {
    this.#ports = ports;
  }

  get isAnnounced(): boolean {
    return this.#state.wanted === "present" && this.#state.held === "present";
  }

  want(wanted: Wanted): void {
    this.#isRefused = false;
    this.#state = want(this.#state, wanted, this.#ports.now());
    this.#look();
  }

  /** Resolves when nothing of what is wanted is left to be told, or it was refused, or the time is over. */
  async settled(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#waiting.add(resolve);
    this.#tellSettled();
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }

  /** No further call. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#tellSettled();
    const call = dueCall(this.#state);
    if (call === null || this.#isCalling || this.#isClosed) {
      return;
    }
    this.#timer = setTimeout(() => void this.#make(call), Math.max(0, this.#state.dueAt - this.#ports.now()));
  }

  async #make(call: AgentCall): Promise<void> {
    this.#isCalling = true;
    const outcome = await this.#ports.call(call);
    this.#isCalling = false;
    this.#isRefused = outcome === "refused" && dueCall(this.#state) === call;
    const { ttlMs } = this.#ports;
    const moment = { now: this.#ports.now(), random: this.#ports.random(), ttlMs };
    this.#state = afterCall(this.#state, call, outcome, moment);
    this.#tell(call, outcome);
    this.#look();
  }

  #tell(call: AgentCall, outcome: CallOutcome): void {
    if (call === "register" && outcome === "done") {
      this.#ports.told("announced");
    } else if (call === "heartbeat" && outcome === "unknown") {
      this.#ports.told("forgotten");
    } else if (call === "remove" && outcome === "done") {
      this.#ports.told("withdrawn");
    }
  }

  #tellSettled(): void {
    const call = dueCall(this.#state);
    if ((call === null || call === "heartbeat" || this.#isRefused) && !this.#isCalling) {
      this.#waiting.forEach((resolve) => resolve());
    }
  }
}
