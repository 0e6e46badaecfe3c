// What a mesh's wrangler.toml says, as far as `selvage deploy` has to know it. wrangler judges the rest.
import { parse } from "smol-toml";
import * as z from "zod";
import { DATABASE_ID } from "../local/workers.ts";
import { isMeshName } from "./first-files.ts";

const databases = z.array(
  z.looseObject({ binding: z.string(), database_name: z.string().optional(), database_id: z.string().optional() }),
);
const objects = z.looseObject({ bindings: z.array(z.looseObject({ name: z.string() })) });

const schema = z.looseObject({
  name: z.string(),
  main: z.string().optional(),
  account_id: z.string().optional(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  vars: z.record(z.string(), z.unknown()).default({}),
  d1_databases: databases,
  durable_objects: objects,
  migrations: z.array(z.looseObject({ tag: z.string() })),
  services: z.array(z.looseObject({ binding: z.string() })).default([]),
  env: z.looseObject({ control: z.looseObject({ name: z.string(), durable_objects: objects }).optional() }).optional(),
});

export interface MeshConfig {
  readonly name: string;
  readonly main: string | null;
  readonly accountId: string | null;
  readonly compatibility: { readonly date: string; readonly flags: readonly string[] };
  readonly vars: Readonly<Record<string, unknown>>;
  readonly database: { readonly name: string; readonly id: string | null };
  /** Names of the bindings of objects, of the data Worker and of the control plane's own. */
  readonly objects: readonly string[];
  readonly controlObjects: readonly string[];
  readonly tags: readonly string[];
  /** Is there an environment for a control plane of its own, and does the data Worker have the binding to it? */
  readonly hasControl: boolean;
  readonly bindsControl: boolean;
}

type Read = { readonly ok: true; readonly config: MeshConfig } | { readonly ok: false; readonly message: string };

export function readMeshConfig(text: string): Read {
  let table: unknown;
  try {
    table = parse(text);
  } catch (error) {
    return { ok: false, message: `cannot be read: ${error instanceof Error ? error.message.trim() : String(error)}` };
  }
  const read = schema.safeParse(table);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { ok: false, message: `is no mesh's: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` };
  }
  const { name, d1_databases, durable_objects, services, env } = read.data;
  const database = d1_databases.find(({ binding }) => binding === "DB");
  if (database?.database_name === undefined || !isMeshName(database.database_name)) {
    return { ok: false, message: "is no mesh's: it has no D1 database DB with a database_name" };
  }
  if (!isMeshName(name)) {
    return { ok: false, message: `names its Worker "${name}", which cannot be the name of a mesh` };
  }
  const { database_id: id = DATABASE_ID } = database;
  return {
    ok: true,
    config: {
      name,
      main: read.data.main ?? null,
      accountId: read.data.account_id ?? null,
      compatibility: { date: read.data.compatibility_date, flags: read.data.compatibility_flags },
      vars: read.data.vars,
      database: { name: database.database_name, id: id === DATABASE_ID || id === "" ? null : id },
      objects: durable_objects.bindings.map((one) => one.name),
      controlObjects: env?.control?.durable_objects.bindings.map((one) => one.name) ?? [],
      tags: read.data.migrations.map(({ tag }) => tag),
      hasControl: env?.control !== undefined,
      bindsControl: services.some(({ binding }) => binding === "CONTROL"),
    },
  };
}
