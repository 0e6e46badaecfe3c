// A program, `npm run build:dashboard [-- FOLDER]`: makes the dashboard's files of src/dashboard with Vite, into
// dist/dashboard when no folder is named.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { STAMP, stampOf } from "./dashboard-stamp.ts";

const BASE = "/_selvage/ui/";

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
    base: BASE,
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
          // One file in place of several: browsers ask an HTTP/1.1 server for six at a time.
          codeSplitting: { groups: [{ name: "base", minShareCount: 2 }] },
        },
      },
    },
  });
  writeFileSync(join(draft, "screens.html"), pageOfOthers(draft));
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

/** The page for every address but the first screen's: it names their files too, so that none is found by another. */
function pageOfOthers(folder: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const files = [...filesOf(manifest, "other-screens.tsx")].filter((file) => !page.includes(file));
  const links = files.map((file) => `<link rel="modulepreload" crossorigin href="${BASE}${file}">\n  `);
  if (links.length === 0 || !page.includes("</head>")) {
    throw new Error("the other screens have no file of their own");
  }
  return page.replace("</head>", `  ${links.join("  ")}</head>`);
}

type Manifest = Readonly<Record<string, { readonly file: string; readonly imports?: readonly string[] }>>;

function filesOf(manifest: Manifest, key: string, known = new Set<string>()): ReadonlySet<string> {
  const one = manifest[key];
  if (one !== undefined && !known.has(one.file)) {
    known.add(one.file);
    one.imports?.forEach((each) => filesOf(manifest, each, known));
  }
  return known;
}

const root = join(import.meta.dirname, "..", "..", "..");
await buildDashboard(root, process.argv[2] ?? join(root, "dist", "dashboard"));
