// What the object of a service has concluded lately, for those who ask what happened: breakers that turned, endpoints
// that were ejected. Nothing is decided by it.
import type { BreakerTurn } from "../../src/model/message/objects.ts";

const NAME = "turns";
const MOST = 100;

export class WrittenTurns {
  readonly #kv: SyncKvStorage;
  #turns: readonly BreakerTurn[];

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
    this.#turns = kv.get<BreakerTurn[]>(NAME) ?? [];
  }

  get all(): readonly BreakerTurn[] {
    return this.#turns;
  }

  note(turn: BreakerTurn): void {
    this.#turns = [...this.#turns, turn].slice(-MOST);
    this.#kv.put(NAME, this.#turns);
  }
}
