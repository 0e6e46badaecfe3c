// What the dashboard's files weigh, and that they hold nothing inline and nothing foreign.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { builtDashboard } from "../support/browser/files.ts";

const files = builtDashboard();
const FIRST_LOAD_KIB = 200;

const manifest: Record<string, { file: string; imports?: string[] }> = JSON.parse(
  readFileSync(join(files, "manifest.json"), "utf8"),
);

/** What a page or a part of it cannot do without; its style stands in the page. */
function filesOf(key: string, wanted = new Set<string>()): ReadonlySet<string> {
  const one = manifest[key];
  if (one !== undefined && !wanted.has(one.file)) {
    wanted.add(one.file);
    one.imports?.forEach((each) => filesOf(each, wanted));
  }
  return wanted;
}

describe("the files", () => {
  it(`weigh at most ${FIRST_LOAD_KIB} KiB compressed before the first screen is there`, () => {
    const wanted = ["index.html", ...filesOf("index.html")];
    const bytes = wanted.map((file) => gzipSync(readFileSync(join(files, file)), { level: 9 }).length);
    const kib = bytes.reduce((sum, one) => sum + one, 0) / 1024;
    console.log(`first load: ${kib.toFixed(1)} KiB compressed in ${wanted.length} files`);
    expect(kib).toBeGreaterThan(20);
    expect(kib).toBeLessThanOrEqual(FIRST_LOAD_KIB);
  });

  it("of a screen are all named by its page: none is found by another", () => {
    for (const [page, entry] of [
      ["index.html", "index.html"],
      ["screens.html", "index.html"],
      ["screens.html", "other-screens.tsx"],
      ["portal.html", "portal.html"],
    ] as const) {
      const html = readFileSync(join(files, page), "utf8");
      const wanted = [...filesOf(entry)];
      expect(wanted.length, entry).toBeGreaterThan(0);
      expect(wanted.filter((file) => !html.includes(`"/_selvage/ui/${file}"`))).toEqual([]);
    }
  });

  it("hold nothing inline but one style, and no other host's address that is loaded", () => {
    for (const page of ["index.html", "screens.html", "portal.html"]) {
      const html = readFileSync(join(files, page), "utf8");
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style |style=|\son\w+=|(src|href)="https?:/);
      expect(html.split("<style>").length, page).toBe(2);
      expect(html).not.toMatch(/@import|url\(|rel="stylesheet"/);
      for (const [, path = ""] of html.matchAll(/(?:src|href)="\/_selvage\/ui\/([^"]+)"/g)) {
        expect(existsSync(join(files, path)), path).toBe(true);
      }
    }
  });
});
