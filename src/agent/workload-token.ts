// The workload's own token: asked for with its credentials, kept, and renewed before it ends, by one question at a
// time. Credentials are read anew for each question, so that a secret that was rotated in its file is taken up.
import type { WorkloadProof } from "./workload-proof.ts";

interface WorkloadTokenPorts {
  /** `POST` to this. */
  readonly tokenUrl: string;
  /** Rejects with a sentence where it cannot be read. */
  proof(): Promise<WorkloadProof>;
  now(): number;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Told once for a reason, until it went well again. */
  failed(reason: string): void;
  /** After a failure that was told. */
  recovered(): void;
}

interface Held {
  readonly token: string;
  readonly endsAt: number;
  readonly renewAt: number;
  /** The mesh has refused it; perhaps only a part of the mesh that has not heard of the client yet. */
  readonly isDoubted: boolean;
}

interface Granted {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
}

const TIMEOUT_MS = 5_000;
/** The part of its life after which a token is renewed. */
const RENEW_AFTER = 0.75;
/** It must last for a request's way. */
const SPARE_MS = 5_000;
const RETRY_MS = 2_000;
/** Guesses are counted by the mesh, which does not look at more than a few. */
const REFUSED_RETRY_MS = 30_000;
const MAX_TOKEN_CHARACTERS = 16_384;

export class WorkloadToken {
  readonly #ports: WorkloadTokenPorts;
  #held: Held | null = null;
  #asking: Promise<void> | null = null;
  #notBefore = 0;
  #told: string | null = null;

  constructor(ports: WorkloadTokenPorts) {
    this.#ports = ports;
  }

  /** null = it cannot be had now. Never rejects. */
  async current(): Promise<string | null> {
    const now = this.#ports.now();
    const held = this.#usable(now);
    if (held !== null && now < held.renewAt) {
      return held.token;
    }
    const asked = this.#ask(now);
    if (held === null || held.isDoubted) {
      await asked;
    }
    return this.#usable(this.#ports.now())?.token ?? null;
  }

  /** The mesh has refused the token: the next call asks for another one. */
  doubt(token: string): void {
    if (this.#held?.token === token) {
      this.#held = { ...this.#held, renewAt: 0, isDoubted: true };
    }
  }

  #usable(now: number): Held | null {
    return this.#held !== null && now < this.#held.endsAt - SPARE_MS ? this.#held : null;
  }

  #ask(now: number): Promise<void> {
    if (this.#asking === null && now >= this.#notBefore) {
      this.#asking = this.#renew().finally(() => {
        this.#asking = null;
      });
    }
    return this.#asking ?? Promise.resolve();
  }

  async #renew(): Promise<void> {
    const sentAt = this.#ports.now();
    try {
      const response = await this.#send(await this.#ports.proof());
      const granted = await grantedBy(response);
      const { access_token: token, expires_in: seconds } = granted;
      if (response.status !== 200 || typeof token !== "string" || !isToken(token)) {
        const isRefused = response.status >= 400 && response.status < 500;
        this.#fail(refusalText(response.status, granted), isRefused ? REFUSED_RETRY_MS : RETRY_MS);
        return;
      }
      const lifeMs = (typeof seconds === "number" && seconds > 0 ? seconds : 60) * 1000;
      if (lifeMs <= SPARE_MS) {
        this.#fail(`the mesh's token lasts ${lifeMs / 1000} s, which is too short for a call`, RETRY_MS);
        return;
      }
      this.#held = { token, endsAt: sentAt + lifeMs, renewAt: sentAt + lifeMs * RENEW_AFTER, isDoubted: false };
      if (this.#told !== null) {
        this.#told = null;
        this.#ports.recovered();
      }
      // A token that is refused as soon as it is there does not make a storm.
      this.#notBefore = sentAt + RETRY_MS;
    } catch (error) {
      this.#fail(reasonOf(error), RETRY_MS);
    }
  }

  #send({ form, authorization }: WorkloadProof): Promise<Response> {
    return this.#ports.fetch(this.#ports.tokenUrl, {
      method: "POST",
      body: new URLSearchParams(form),
      headers: { accept: "application/json", ...(authorization === undefined ? {} : { authorization }) },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  #fail(reason: string, restMs: number): void {
    this.#notBefore = this.#ports.now() + restMs;
    if (this.#told !== reason) {
      this.#told = reason;
      this.#ports.failed(reason);
    }
  }
}

/** It is put into a header. */
const isToken = (token: string): boolean => token.length <= MAX_TOKEN_CHARACTERS && /^[\w.~+/=-]+$/.test(token);

async function grantedBy(response: Response): Promise<Granted> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function refusalText(status: number, { error, error_description: description }: Granted): string {
  const words = [error, description].filter((one) => typeof one === "string");
  return `the mesh answered ${status}${words.length === 0 ? "" : ` (${words.join(": ").slice(0, 300)})`}`;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? ("code" in cause ? String(cause.code) : cause.message) : String(cause);
}
