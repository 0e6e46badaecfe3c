// A program, `npm run build:dashboard [-- FOLDER]`: makes the dashboard's files of src/dashboard with Vite, into
// dist/dashboard when no folder is named.
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { STAMP, stampOf } from "./dashboard-stamp.ts";

/** They appear whole: made beside `out`, then put in its place. */
async function buildDashboard(root: string, out: string): Promise<void> {
  // Whatever the caller is: a development build of React is twice as large.
  process.env.NODE_ENV = "production";
  const { build } = await import("vite");
  const stamp = stampOf(root);
  const draft = `${out}.${process.pid}`;
  mkdirSync(dirname(out), { recursive: true });
  await build({
    root: join(root, "src", "dashboard"),
    base: "/_selvage/ui/",
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: "error",
    oxc: { jsx: { runtime: "automatic", importSource: "react" } },
    build: {
      outDir: draft,
      emptyOutDir: true,
      target: "es2023",
      manifest: "manifest.json",
      // What would be inline is forbidden by the page's own policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: ["index.html", "portal.html"].map((page) => join(root, "src", "dashboard", page)),
        output: {
          entryFileNames: "assets/[name]-[hash].js",
          chunkFileNames: "assets/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
        },
      },
    },
  });
  writeFileSync(join(draft, STAMP), stamp);
  rmSync(out, { recursive: true, force: true });
  try {
    renameSync(draft, out);
  } catch (error) {
    // Somebody else was as quick, and made the same.
    rmSync(draft, { recursive: true, force: true });
    if (!(error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST"))) {
      throw error;
    }
  }
}

const root = join(import.meta.dirname, "..", "..", "..");
await buildDashboard(root, process.argv[2] ?? join(root, "dist", "dashboard"));
