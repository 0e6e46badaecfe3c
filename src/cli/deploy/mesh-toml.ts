// The wrangler.toml of somebody's mesh: the product's own text with names and paths of theirs, so that a binding, a
// class of objects or a flag that is added there is in both.
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { commandName } from "../session/package-root.ts";
import { quoted } from "../../status/trouble.ts";
import { CONTROL_WORKER } from "../local/workers.ts";
import { editToml, type TomlEdit } from "./toml-text.ts";

/** What wrangler is pointed at, as wrangler.toml names it. */
export interface PackagePaths {
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
    relative(real(folder), join(real(root), ...path))
      .split(sep)
      .join("/");
  return {
    main: isCheckout(root) ? from("src", "index.ts") : from("dist", "deploy", "index.js"),
    migrations: from("migrations"),
    assets: from("dist", "dashboard"),
  };
}

/** Where a path leads, of which the end may not be there yet: `..` goes up from there, whatever link was followed. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(real(dirname(path)), basename(path));
  }
}

/** Whether the package is its own source, and not built. */
export const isCheckout = (root: string): boolean => existsSync(join(root, "src", "index.ts"));

/** How the mesh of a folder is deployed: as a script of a checkout, or from within the folder. */
export const deployCommand = (root: string, folder: string): string =>
  `${commandName()} deploy${isCheckout(root) ? ` ${quoted(folder)}` : ""}`;

/** Name of the second Worker of a mesh. */
const controlName = (name: string): string => `${name}-control`;

/** What stands in a wrangler.toml for paths of the package. */
export const pathEdits = ({ main, migrations, assets }: PackagePaths): TomlEdit[] => [
  { section: "", key: "main", value: main },
  { section: "[assets]", key: "directory", value: assets },
  ...databaseEdits("migrations_dir", migrations),
];

/** Of the mesh's database, for both Workers; other databases of the file are somebody's own. */
export const databaseEdits = (key: string, value: string): TomlEdit[] =>
  ["[[d1_databases]]", "[[env.control.d1_databases]]"].map((section) => ({
    section,
    where: ["binding", "DB"],
    key,
    value,
  }));

/** @param product the text of the product's own wrangler.toml */
export function meshToml(product: string, name: string, paths: PackagePaths): string {
  const control = controlName(name);
  const edited = editToml(product, [
    { section: "", key: "name", value: name },
    { section: "[env.control]", key: "name", value: control },
    ...databaseEdits("database_name", name),
    { section: "[[env.control.durable_objects.bindings]]", key: "script_name", value: name },
    ...pathEdits(paths),
  ]);
  return HEAD + edited.replace(`# service = "${CONTROL_WORKER}"`, () => `# service = "${control}"`);
}

const HEAD = `# The mesh as \`selvage deploy\` brings it to Cloudflare; any wrangler command reads the same file. Change what you like:
# variables, routes, a second environment. \`selvage deploy\` writes database_id when it has made the database, and paths
# and what a new version of Selvage needs when there is one. Everything else stays as you write it.

`;
