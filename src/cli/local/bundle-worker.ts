// The Worker as one ES module in memory: bundled from src/ in a checkout, read from dist/ in an installed package.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, stop } from "esbuild";

/** `root` is the package's folder. Throws with esbuild's messages when the source does not compile. */
export async function bundleWorker(root: string): Promise<string> {
  const built = join(root, "dist", "worker", "index.js");
  const source = join(root, "src", "index.ts");
  return existsSync(source) ? bundle(source) : readFile(built, "utf8");
}

/**
 * Bundles one entry point for workerd. Also what `dist/worker/index.js` is made with.
 *
 * @param define names that the build gives a value
 */
export async function bundle(entry: string, define: Readonly<Record<string, string>> = {}): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    define,
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".html": "text", ".svg": "text" },
    logLevel: "silent",
  });
  // esbuild keeps a service process; the mesh runs for hours and needs it no more.
  await stop();
  const text = result.outputFiles[0]?.text;
  if (text === undefined) {
    throw new Error(`esbuild made nothing of ${entry}`);
  }
  return text;
}
