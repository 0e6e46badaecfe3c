// A program, `npm run build:dashboard [-- FOLDER]`: makes the dashboard's files of src/dashboard with Vite, into
// dist/dashboard when no folder is named.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { STAMP, stampOf } from "./dashboard-stamp.ts";

const BASE = "/_selvage/ui/";
const MANIFEST = "manifest.json";

/** They appear whole: made beside `out`, then put in its place. */
async function buildDashboard(root: string, out: string): Promise<void> {
  // Whatever the caller is: a development build of React is twice as large.
  process.env.NODE_ENV = "production";
  const stamp = stampOf(root);
  const draft = `${out}.${process.pid}`;
  mkdirSync(dirname(out), { recursive: true });
  // Each by itself: what both pages need but neither begins with would be in the file that both begin with.
  const [dashboard, portal] = [await buildPage(root, draft, "index.html"), await buildPage(root, draft, "portal.html")];
  writeFileSync(join(draft, MANIFEST), JSON.stringify({ ...dashboard, ...portal }));
  for (const page of ["index.html", "portal.html"]) {
    writeFileSync(join(draft, page), styled(readFileSync(join(draft, page), "utf8"), draft));
  }
  writeFileSync(join(draft, "screens.html"), pageOfOthers(draft, dashboard));
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

async function buildPage(root: string, outDir: string, page: string): Promise<Manifest> {
  const { build } = await import("vite");
  await build({
    root: join(root, "src", "dashboard"),
    base: BASE,
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: "error",
    oxc: { jsx: { runtime: "automatic", importSource: "react" } },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2023",
      cssTarget: ["chrome123", "firefox121", "safari17.5"],
      manifest: MANIFEST,
      // What would be inline is forbidden by the page's own policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: join(root, "src", "dashboard", page),
        output: {
          entryFileNames: "assets/[name]-[hash].js",
          chunkFileNames: "assets/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
          // One file in place of several: browsers ask an HTTP/1.1 server for six at a time.
          codeSplitting: {
            groups: [
              { name: "base", tags: ["$initial"] },
              { name: "parts", minShareCount: 2 },
            ],
          },
        },
      },
    },
  });
  return JSON.parse(readFileSync(join(outDir, MANIFEST), "utf8"));
}

/** The page with its style in it, which browsers wait for before they draw anything. */
function styled(page: string, folder: string): string {
  return page.replaceAll(/<link rel="stylesheet"[^>]* href="([^"]+)">/g, (_, href: string) => {
    const style = readFileSync(join(folder, href.replace(BASE, "")), "utf8").trim();
    return `<style>${style}</style>`;
  });
}

/** The page for every address but the first screen's: it names their files too, so that none is found by another. */
function pageOfOthers(folder: string, manifest: Manifest): string {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const files = [...filesOf(manifest, "other-screens.tsx")].filter((file) => !page.includes(file));
  const links = files.map((file) => `<link rel="modulepreload" crossorigin href="${BASE}${file}">\n  `);
  if (links.length === 0 || !page.includes("</head>")) {
    throw new Error("the other screens have no file of their own");
  }
  return page.replace("</head>", () => `  ${links.join("  ")}</head>`);
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
