// Everything that an isolate remembers from one request to the next. There is one for the process; tests make several.
import { HeldJwks } from "./jwks.ts";
import { HeldKeys } from "./mesh-keys.ts";
import { HeldProviders } from "./providers.ts";
import { HeldSnapshot } from "./snapshot.ts";

export interface IsolateState {
  /** Random, for the isolate's life: whoever counts isolates knows it by this. */
  readonly id: string;
  readonly snapshot: HeldSnapshot;
  readonly keys: HeldKeys;
  readonly jwks: HeldJwks;
  /** Of operators. */
  readonly providers: HeldProviders;
}

export function newIsolateState(id: string): IsolateState {
  return {
    id,
    snapshot: new HeldSnapshot(id, null),
    keys: new HeldKeys(),
    jwks: new HeldJwks(),
    providers: new HeldProviders(),
  };
}

let own: IsolateState | null = null;

/** The process's one. Random values are not to be had when the module is evaluated, so the first request makes it. */
export function isolateState(): IsolateState {
  return (own ??= newIsolateState(crypto.randomUUID()));
}
