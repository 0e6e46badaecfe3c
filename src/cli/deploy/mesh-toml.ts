// The wrangler.toml of somebody's mesh: the product's own text with names and paths of theirs, so that a binding, a
// class of objects or a flag that is added there is in both.
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { CONTROL_WORKER } from "../local/workers.ts";
import { editToml, type TomlEdit } from "./toml-text.ts";

/** What wrangler is pointed at, as wrangler.toml names it. */
interface PackagePaths {
  readonly main: string;
  readonly migrations: string;
  readonly assets: string;
}

/**
 * @param root the package's folder
 * @param folder where the wrangler.toml is
 */
export function packagePaths(root: string, folder: string): PackagePaths {
  const from = (...path: string[]): string =>
    relative(folder, join(root, ...path))
      .split(sep)
      .join("/");
  return {
    main: isCheckout(root) ? from("src", "index.ts") : from("dist", "worker", "index.js"),
    migrations: from("migrations"),
    assets: from("dist", "dashboard"),
  };
}

/** Whether the package is its own source, and not built. */
const isCheckout = (root: string): boolean => existsSync(join(root, "src", "index.ts"));

/** How the command is called in that folder: npm's script of a checkout would run it in another one. */
export const commandIn = (root: string, folder: string): string =>
  isCheckout(root) ? `node ${relative(folder, join(root, "src", "cli", "main.ts"))}` : "npx selvage";

/** Name of the second Worker of a mesh. */
const controlName = (name: string): string => `${name}-control`;

/** What stands in a wrangler.toml for paths of the package. */
const pathEdits = ({ main, migrations, assets }: PackagePaths): TomlEdit[] => [
  { section: "", key: "main", value: main },
  { section: "[assets]", key: "directory", value: assets },
  { section: "[[d1_databases]]", key: "migrations_dir", value: migrations },
  { section: "[[env.control.d1_databases]]", key: "migrations_dir", value: migrations },
];

/** @param product the text of the product's own wrangler.toml */
export function meshToml(product: string, name: string, paths: PackagePaths): string {
  const control = controlName(name);
  const edited = editToml(product, [
    { section: "", key: "name", value: name },
    { section: "[env.control]", key: "name", value: control },
    { section: "[[d1_databases]]", key: "database_name", value: name },
    { section: "[[env.control.d1_databases]]", key: "database_name", value: name },
    { section: "[[env.control.durable_objects.bindings]]", key: "script_name", value: name },
    ...pathEdits(paths),
  ]);
  return HEAD + edited.replace(`# service = "${CONTROL_WORKER}"`, () => `# service = "${control}"`);
}

const HEAD = `# The mesh as \`selvage deploy\` brings it to Cloudflare; any wrangler command reads the same file. Change what you like:
# variables, routes, a second environment. \`selvage deploy\` writes database_id when it has made the database, and paths
# and what a new version of Selvage needs when there is one. Everything else stays as you write it.

`;
