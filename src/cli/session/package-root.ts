// Where this package lies: the folder with package.json, migrations/ and either src/ (a checkout) or dist/ (installed).
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Walks up from this module; the same code runs from `src/cli/` and from the bundle in `dist/cli/`. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) {
      return folder;
    }
    if (folder === dirname(folder)) {
      throw new Error(`no package.json above ${start}`);
    }
  }
}

/** `version` of package.json. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  if (typeof parsed === "object" && parsed !== null && "version" in parsed && typeof parsed.version === "string") {
    return parsed.version;
  }
  return "unknown";
}

/** How this command is called where it stands: in a checkout, or installed in a folder. */
export const commandName = (): string =>
  existsSync(join(packageRoot(), "src", "index.ts")) ? "npm run -s selvage --" : "npx selvage";
