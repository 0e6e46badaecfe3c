// What a scenario of the demo is: a list of steps, each at its share of the time. Plain data; playing it is player.ts.
import type { Call } from "../demo/demo-traffic.ts";

/** A copy of a bookstore service that the scenario runs beside the demo's own. */
export interface ScenarioCopy {
  /** Its endpoint is `scenario-<name>`. */
  readonly name: string;
  readonly service: string;
  readonly version: string;
  /** Below the bookstore's folder. */
  readonly program: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly cluster?: string;
  readonly priority?: number;
}

/** Requests of one client, from the step that begins them to the end. */
export interface ScenarioLoad {
  readonly name: string;
  readonly perSecond: number;
  /** One of these at a time, drawn by the seed. */
  readonly calls: readonly Call[];
  /** The Application whose credentials it shows. */
  readonly application?: string;
}

/** What a copy does wrong, in percent of its requests. */
export interface Wrong {
  readonly fail?: number;
  /** 503 when left out, which callers may try again. */
  readonly status?: number;
  readonly slow?: number;
  readonly slowMs?: number;
}

export type ScenarioAction =
  | { readonly act: "apply"; readonly documents: string }
  /** Changes a document of the demo; what it was is written on it, for whoever puts it back. */
  | {
      readonly act: "change";
      readonly kind: string;
      readonly name: string;
      readonly spec: Readonly<Record<string, unknown>>;
    }
  | { readonly act: "putBack" }
  | { readonly act: "start"; readonly copy: ScenarioCopy }
  /** The copy's process ends; its endpoint stays, as when a machine is lost. */
  | { readonly act: "lose"; readonly copy: string }
  | { readonly act: "behave"; readonly copy: string; readonly wrong: Wrong }
  | { readonly act: "load"; readonly load: ScenarioLoad }
  /** First credentials of an Application; its load uses them. */
  | { readonly act: "mint"; readonly application: string }
  /** A new secret: the one in use ends after so many seconds, and its load does not hear of it. */
  | { readonly act: "rotate"; readonly application: string; readonly overlapSeconds: number }
  /** The load shows the newest secret. */
  | { readonly act: "adopt"; readonly application: string };

export interface Step {
  /** Share of the whole time, from 0 to 1. */
  readonly at: number;
  readonly says: string;
  /** Commands that show it. */
  readonly look: readonly string[];
  readonly actions: readonly ScenarioAction[];
}

export interface Script {
  readonly about: string;
  readonly steps: (seconds: number) => readonly Step[];
}
