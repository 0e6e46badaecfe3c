// OpenID providers' descriptions of themselves in an isolate's memory, by issuer. Who reads one, and what makes it
// good, is control/operator/discovery.ts.
import { BoundedMap } from "../decide/text/bounded-map.ts";
import { Kept, type Clock, type KeptTerms, type Loaded, type NotLoaded } from "./kept.ts";

export interface Provider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** How the client proves itself with its secret, Basic unless the provider takes only the form. */
  readonly secretIn: "basic" | "body";
}

export interface ProviderPorts extends Clock {
  /** null = it cannot be read. */
  read(issuer: string): Promise<Provider | null>;
}

const DAY_MS = 24 * 3_600_000;
/** Read again after ten minutes, and used for a day when it cannot be read. */
const TERMS: KeptTerms = {
  freshMs: 600_000,
  checkFirstMs: DAY_MS,
  lastGoodMs: DAY_MS,
  outageMs: DAY_MS,
  retryMs: 10_000,
  coldRetryMs: 10_000,
  waitMs: 6000,
  coldWaitMs: 6000,
  turnMs: 7000,
  mostWaiting: 100,
};
/** The issuer is a variable of the Worker: there is one, and another after it was changed. */
const MAX_ISSUERS = 16;

export class HeldProviders {
  readonly #byIssuer = new BoundedMap<string, Kept<Provider, ProviderPorts>>(MAX_ISSUERS);

  /** @returns null = it cannot be read, and no older one is good any more */
  async current(ports: ProviderPorts, issuer: string, now: number): Promise<Provider | null> {
    const made = (): Kept<Provider, ProviderPorts> => new Kept(TERMS, (asked) => load(asked, issuer));
    return this.#byIssuer.getOrMake(issuer, made).current(ports, null, now);
  }
}

async function load({ read }: ProviderPorts, issuer: string): Promise<Loaded<Provider> | NotLoaded> {
  const value = await read(issuer);
  return value === null ? { retryMs: TERMS.retryMs } : { value };
}
