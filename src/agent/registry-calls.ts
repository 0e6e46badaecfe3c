// The calls of announcing.ts to the admin API, and what their answers mean to it. A refusal is told once, however
// often it is repeated, and so is a mesh that cannot be reached.
import type { HeartbeatResult } from "../model/api/endpoints.ts";
import type { ApiAnswer, ApiClient, Failure } from "../cli/session/client.ts";
import type { AgentCall, CallOutcome } from "./announcing.ts";

export interface AnnouncedEndpoint {
  readonly namespace: string;
  readonly service: string;
  readonly id: string;
  readonly url: string;
  readonly version: string | undefined;
  readonly cluster: string | undefined;
  readonly weight: number;
  readonly ttl: string;
}

/** A failure is told once for its kind, until something went well again. */
interface FailureTeller {
  failed(failure: Failure): void;
  /** After a failure that was told. */
  recovered(): void;
}

export class RegistryCalls {
  readonly #client: ApiClient;
  readonly #endpoint: AnnouncedEndpoint;
  readonly #teller: FailureTeller;
  /** The kind that was told last: status and code. */
  #told: string | null = null;

  constructor(client: ApiClient, endpoint: AnnouncedEndpoint, teller: FailureTeller) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#teller = teller;
  }

  /** Never rejects. */
  async make(call: AgentCall): Promise<CallOutcome> {
    const { namespace, service, id, url, version, cluster, weight, ttl } = this.#endpoint;
    const path = `/namespaces/${namespace}/services/${service}/endpoints/${id}`;
    switch (call) {
      case "register":
        // Here a 404 is about the service.
        return this.#outcome(
          await this.#client.call("PUT", path, { body: { url, version, cluster, weight, ttl } }),
          "refused",
        );
      case "heartbeat": {
        const answer = await this.#client.call<Partial<HeartbeatResult> | null | undefined>("POST", "/heartbeats", {
          body: { endpoints: [{ namespace, service, id }] },
        });
        const outcome = this.#outcome(answer, "refused");
        if (!answer.ok) {
          return outcome;
        }
        // Whatever stands before a mesh that is away may answer 200, too.
        const results = answer.value?.results;
        return !Array.isArray(results) ? "failed" : results[0]?.ok === true ? "done" : "unknown";
      }
      case "drain":
        return this.#outcome(await this.#client.call("POST", `${path}/drain`), "unknown");
      case "remove":
        return this.#outcome(await this.#client.call("DELETE", path), "unknown");
    }
  }

  #outcome(answer: ApiAnswer<unknown>, absent: "unknown" | "refused"): CallOutcome {
    if (answer.ok) {
      if (this.#told !== null) {
        this.#told = null;
        this.#teller.recovered();
      }
      return "done";
    }
    const { failure } = answer;
    const { status } = failure;
    if (status === 404 && absent === "unknown" && failure.problem !== undefined) {
      return "unknown";
    }
    const kind = `${status} ${failure.problem?.code}`;
    if (this.#told !== kind) {
      this.#told = kind;
      this.#teller.failed(failure);
    }
    const isTransient = status === null || status >= 500 || status === 408 || status === 429 || !failure.problem;
    return isTransient ? "failed" : "refused";
  }
}
