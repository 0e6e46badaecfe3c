// What there is to do to bring a mesh to Cloudflare, decided from what is known before anything is asked. Pure.
import { TABLE_COUNT, TOKEN_COUNT } from "../../store/deploy-questions.ts";
import { quoted } from "../../status/trouble.ts";
import type { MeshConfig } from "./mesh-config.ts";

type StepName =
  "account" | "dashboard" | "database" | "tables" | "worker" | "control" | "binding" | "operator" | "ready" | "context";

/** A call of wrangler, without its name. */
export type WranglerCall = readonly string[];

export interface DeployStep {
  readonly name: StepName;
  /** What is about to be done. */
  readonly says: string;
}

interface Wanted {
  readonly config: MeshConfig;
  /** A control plane of its own; one that is bound already stays. */
  readonly control: boolean;
  /** The dashboard's files have to be made first. */
  readonly isCheckout: boolean;
}

export function stepsOf({ config, control, isCheckout }: Wanted): readonly DeployStep[] {
  const { name, database, bindsControl } = config;
  const apart = control || bindsControl;
  const steps: readonly (DeployStep | null)[] = [
    { name: "account", says: "asking who is logged in" },
    isCheckout ? { name: "dashboard", says: "building the dashboard's files" } : null,
    database.id === null ? { name: "database", says: `looking for the database ${database.name}, or making it` } : null,
    { name: "tables", says: `applying the migrations that ${database.name} does not have yet` },
    { name: "worker", says: `deploying ${name}` },
    // The second Worker uses the objects of the first, which can be bound to the second only when that is there.
    apart ? { name: "control", says: `deploying the control plane of ${name}` } : null,
    apart && !bindsControl ? { name: "binding", says: "binding the control plane, and deploying once more" } : null,
    { name: "operator", says: "looking whether the mesh has an operator" },
    { name: "ready", says: "waiting until the mesh answers" },
    { name: "context", says: "keeping its address" },
  ];
  return steps.filter((step) => step !== null);
}

/** `--env=` is the top of the file: with environments below, wrangler wants to be told. */
const at = (control: boolean): string => (control ? "--env=control" : "--env=");

const question = ({ database }: MeshConfig, sql: string): WranglerCall => [
  "d1",
  "execute",
  database.name,
  "--remote",
  "--json",
  "--command",
  sql,
];

export const calls = {
  whoami: (): WranglerCall => ["whoami", "--json"],
  databases: (): WranglerCall => ["d1", "list", "--json"],
  createDatabase: ({ database }: MeshConfig): WranglerCall => ["d1", "create", database.name],
  migrate: ({ database }: MeshConfig): WranglerCall => ["d1", "migrations", "apply", database.name, "--remote"],
  deploy: (control = false): WranglerCall => ["deploy", at(control)],
  dryRun: (control = false): WranglerCall => ["deploy", at(control), "--dry-run"],
  secrets: (control = false): WranglerCall => ["secret", "list", at(control)],
  putToken: (control = false): WranglerCall => ["secret", "put", "SELVAGE_ADMIN_TOKEN", at(control)],
  tables: (config: MeshConfig): WranglerCall => question(config, TABLE_COUNT),
  tokens: (config: MeshConfig): WranglerCall => question(config, TOKEN_COUNT),
} as const;

/** What a step may call, as somebody would type it. */
export function typed(step: DeployStep, { config, control }: Wanted): readonly string[] {
  const apart = control || config.bindsControl;
  const all: Readonly<Record<StepName, readonly WranglerCall[]>> = {
    account: [calls.whoami()],
    dashboard: [],
    database: [calls.databases(), calls.createDatabase(config)],
    tables: [calls.tables(config), calls.secrets(), ...(control ? [calls.secrets(true)] : []), calls.migrate(config)],
    worker: [calls.deploy()],
    control: [calls.deploy(true)],
    binding: [calls.deploy()],
    operator: [
      calls.secrets(),
      calls.tokens(config),
      calls.putToken(),
      ...(apart ? [calls.secrets(true), calls.putToken(true)] : []),
    ],
    ready: [],
    context: [],
  };
  return all[step.name].map((call) => typedCall(call));
}

export const typedCall = (call: WranglerCall): string => ["wrangler", ...call.map(quoted)].join(" ");
