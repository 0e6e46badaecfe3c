// A mesh's wrangler.toml brought up to the product that deploys it: what a new version added to its own, and where the
// package lies now. Only that: whatever else is there is somebody's own, and stays byte for byte.
import type { MeshConfig } from "./mesh-config.ts";
import { readMeshConfig } from "./mesh-config.ts";
import { databaseEdits, type PackagePaths, pathEdits } from "./mesh-toml.ts";
import { editToml, type TomlEdit } from "./toml-text.ts";

type Kept =
  | { readonly ok: true; readonly text: string; readonly config: MeshConfig }
  /** What somebody has to write, since it stands in a way that is not found in the text. */
  | { readonly ok: false; readonly missing: string };

/** A Worker of somebody's own may call ours; then `main` is theirs. */
const OURS = /(?:^|\/)(?:src\/index\.ts|dist\/deploy\/index\.js)$/;

/**
 * @param product the text of the product's own wrangler.toml
 * @param paths where the product is
 */
export function keepUp(text: string, config: MeshConfig, product: string, paths: PackagePaths): Kept {
  const own = readMeshConfig(product);
  if (!own.ok) {
    throw new Error(`the wrangler.toml of this package ${own.message}`);
  }
  const isOurs = config.main === null || OURS.test(config.main);
  const { date, flags } = config.compatibility;
  const wanted = own.config.compatibility;
  const missing = wanted.flags.filter((flag) => !flags.includes(flag));
  const edits: TomlEdit[] = [
    ...(isOurs ? pathEdits(paths) : []),
    ...(date < wanted.date ? [{ section: "", key: "compatibility_date", value: wanted.date }] : []),
    ...(missing.length > 0 ? [{ section: "", key: "compatibility_flags", value: [...flags, ...missing] }] : []),
  ];
  const kept = withBlocks(editToml(text, edits), [
    ...blocks(product, "[[durable_objects.bindings]]", "name", config.objects),
    ...blocks(product, "[[migrations]]", "tag", config.tags),
    ...(config.hasControl
      ? blocks(product, "[[env.control.durable_objects.bindings]]", "name", config.controlObjects).map((block) =>
          editToml(block, [
            { section: "[[env.control.durable_objects.bindings]]", key: "script_name", value: config.name },
          ]),
        )
      : []),
  ]);
  const after = readMeshConfig(kept);
  if (!after.ok) {
    return { ok: false, missing: after.message };
  }
  const lacks = [
    ...(isOurs && after.config.main !== paths.main ? [`main = "${paths.main}"`] : []),
    ...(after.config.compatibility.date < wanted.date ? [`compatibility_date = "${wanted.date}"`] : []),
    ...wanted.flags.filter((flag) => !after.config.compatibility.flags.includes(flag)),
    ...own.config.objects.filter((name) => !after.config.objects.includes(name)),
    ...own.config.tags.filter((tag) => !after.config.tags.includes(tag)),
  ];
  return lacks.length > 0 ? { ok: false, missing: lacks.join(", ") } : { ok: true, text: kept, config: after.config };
}

/** The text with the database's id in it, or null where it does not stand as it can be found. */
export function withDatabaseId(text: string, id: string): string | null {
  const edited = editToml(text, databaseEdits("database_id", id));
  const read = readMeshConfig(edited);
  return read.ok && read.config.database.id === id ? edited : null;
}

/** The text with the comment signs off the lines that bind the control plane; null where they are not there. */
export function withControl(text: string): string | null {
  const edited = text.replace(/^# \[\[services\]\]\r?\n(?:# \S.*\r?\n)+/m, (lines) => lines.replaceAll(/^# /gm, ""));
  const read = readMeshConfig(edited);
  return read.ok && read.config.bindsControl ? edited : null;
}

/** Those sections of the product's text whose value of `key` is not known yet, as they are written. */
function blocks(product: string, header: string, key: string, known: readonly string[]): string[] {
  return product
    .split(/(?=^\[)/m)
    .filter((block) => block.startsWith(`${header}\n`))
    .map((block) => `${block.split("\n\n")[0]?.trimEnd() ?? ""}\n`)
    .filter((block) => !known.includes(new RegExp(`^${key} = "(.*)"$`, "m").exec(block)?.[1] ?? ""));
}

const withBlocks = (text: string, added: readonly string[]): string =>
  added.length === 0 ? text : [text.replace(/\n*$/, "\n"), ...added].join("\n");
