// Carries out a scenario's actions on a running demo: real processes, the public admin API, real requests. What it
// changed is put back by `end`, or by whoever comes next (demo/scenario-remains.ts).
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApplyResult } from "../../model/api/apply.ts";
import type { MintedCredentials } from "../../model/api/clients.ts";
import type { EndpointRequest, HeartbeatRequest } from "../../model/api/endpoints.ts";
import type { Propagation } from "../../model/api/registry.ts";
import type { ApiAnswer, ApiClient, Failure } from "../session/client.ts";
import { startService, type Running, type Surroundings } from "../demo/demo-process.ts";
import { changeDocument, ENDPOINT_PREFIX, putScenarioBack, SCENARIO_SET } from "../demo/scenario-remains.ts";
import { startLoad, type Tally } from "./load.ts";
import type { ScenarioAction, ScenarioCopy } from "./script.ts";

/** Endpoints of a scenario that was killed are gone after so long. */
const TTL = "20s";
const HEARTBEAT_MS = 5_000;
/** Isolates ask every two seconds. */
const TRY_AGAIN_MS = 200;
const MOST_TRIES = 20;

interface Stage {
  readonly client: ApiClient;
  readonly around: Surroundings;
  readonly scenario: string;
  readonly seed: number;
  /** The demo's host and port. */
  readonly url: string;
}

export class Player {
  readonly tallies: Tally[] = [];
  readonly #stage: Stage;
  readonly #copies = new Map<string, { readonly copy: ScenarioCopy; readonly running: Running }>();
  /** Of an application: what its load shows, and the newest there is. */
  readonly #credentials = new Map<string, { shown: string; newest: string }>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #stopping = new AbortController();
  readonly #heartbeats: NodeJS.Timeout;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#heartbeats = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#heartbeats.unref();
  }

  /** @returns null, or why it did not work */
  async carryOut(action: ScenarioAction): Promise<string | null> {
    const { client, scenario, seed, url } = this.#stage;
    const reason = `demo scenario ${scenario}`;
    switch (action.act) {
      case "apply":
        return this.#apply(action.documents, reason);
      case "change":
        return (await changeDocument(client, scenario, action))?.message ?? null;
      case "putBack": {
        const done = await putScenarioBack(client, `${reason}: over`);
        return "exitCode" in done ? done.message : null;
      }
      case "start":
        return this.#start(action.copy);
      case "lose":
        await this.#copies.get(action.copy)?.running.stop();
        this.#copies.delete(action.copy);
        return null;
      case "behave": {
        const wrong = Object.entries(action.wrong).map(([name, value]) => ` ${name}=${value}`);
        this.#copies.get(action.copy)?.running.tell(`wrong seed=${seed}${wrong.join("")}`);
        return null;
      }
      case "load": {
        const { load } = action;
        const authorization = (): string | undefined => this.#credentials.get(load.application ?? "")?.shown;
        this.tallies.push(
          startLoad(load, { agent: this.#agent, url, seed, stopping: this.#stopping.signal, authorization }),
        );
        return null;
      }
      case "mint":
        return this.#mint(action.application, "", {});
      case "rotate":
        return this.#mint(action.application, "/rotate", { overlap: `${action.overlapSeconds}s`, reason });
      case "adopt": {
        const held = this.#credentials.get(action.application);
        if (held !== undefined) {
          held.shown = held.newest;
        }
        return null;
      }
    }
  }

  /** Puts everything back; its processes end last, since isolates hear of it within two seconds. */
  async end(settle: () => Promise<void>): Promise<readonly string[] | Failure> {
    const { client, scenario } = this.#stage;
    this.#stopping.abort();
    this.#agent.destroy();
    const done = await putScenarioBack(client, `demo scenario ${scenario}: over`);
    await settle();
    clearInterval(this.#heartbeats);
    await Promise.all([...this.#copies.values()].map(({ running }) => running.stop()));
    return done;
  }

  /** Until isolates run it: what comes next counts on it. */
  async #apply(documents: string, reason: string): Promise<string | null> {
    const { client } = this.#stage;
    const applied = await client.call<ApplyResult>("POST", "/apply", {
      query: { set: SCENARIO_SET, manager: "demo", reason },
      text: { type: "application/yaml", content: documents },
    });
    if (!applied.ok) {
      return applied.failure.message;
    }
    const path = `/revisions/${applied.value.revision}/propagation`;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const answer = await client.call<Propagation>("GET", path);
      if (answer.ok && answer.value.complete && answer.value.current > 0) {
        break;
      }
      await sleep(TRY_AGAIN_MS);
    }
    return null;
  }

  async #start(copy: ScenarioCopy): Promise<string | null> {
    const { service, version, program, variables = {} } = copy;
    // Its log has a name of its own: two copies may be of one version.
    const wanted = { service, version, program, variables, language: "node" as const, twin: null };
    const around = { ...this.#stage.around, logName: `${ENDPOINT_PREFIX}${copy.name}` };
    const started = await startService(wanted, around);
    if (!started.ok) {
      return `${service} ${version} could not be started: ${started.reason}`;
    }
    const { running } = started;
    this.#copies.set(copy.name, { copy, running });
    return this.#register(copy, running);
  }

  async #register(
    { name, service, version, cluster, priority }: ScenarioCopy,
    running: Running,
  ): Promise<string | null> {
    const body: Partial<EndpointRequest> = {
      url: running.url,
      version,
      ttl: TTL,
      ...(cluster !== undefined && { cluster }),
      ...(priority !== undefined && { priority }),
    };
    const path = `/namespaces/default/services/${service}/endpoints/${ENDPOINT_PREFIX}${name}`;
    return messageOf(await this.#stage.client.call("PUT", path, { body }));
  }

  async #beat(): Promise<void> {
    const endpoints = [...this.#copies.values()].map(({ copy: { service, name } }) => ({
      namespace: "default",
      service,
      id: `${ENDPOINT_PREFIX}${name}`,
    }));
    if (endpoints.length > 0) {
      const body: HeartbeatRequest = { endpoints };
      // One that is lost is made up for by the next, well within the lease.
      await this.#stage.client.call("POST", "/heartbeats", { body });
    }
  }

  async #mint(application: string, call: string, body: object): Promise<string | null> {
    const path = `/applications/default/${application}/credentials${call}`;
    const answer = await this.#stage.client.call<MintedCredentials>("POST", path, { body });
    if (!answer.ok) {
      return answer.failure.message;
    }
    const { clientId, clientSecret } = answer.value;
    const newest = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
    this.#credentials.set(application, { shown: this.#credentials.get(application)?.shown ?? newest, newest });
    return null;
  }
}

const messageOf = (answer: ApiAnswer<unknown>): string | null => (answer.ok ? null : answer.failure.message);
