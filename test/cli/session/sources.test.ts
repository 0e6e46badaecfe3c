// Which files `-f` means.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSources } from "../../../src/cli/session/sources.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvage-sources-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const pathsOf = (paths: string[]): string[] => {
  const read = readSources(paths);
  return read.ok ? read.sources.map(({ path }) => path.replace(`${folder}/`, "")) : [read.message];
};

describe("readSources", () => {
  it("reads the documents of a folder, and of the folders in it, in the order of their names", () => {
    for (const name of ["b.yml", "a.yaml", "sub/c.json", "notes.md", "node_modules/x/d.yaml"]) {
      write(name, name);
    }
    expect(pathsOf([folder])).toEqual(["a.yaml", "b.yml", "sub/c.json"]);
  });

  it("keeps the order of the command line, reads a file once, and takes any ending when the file is named", () => {
    const b = write("b.yaml", "b");
    const plain = write("a.conf", "a");
    expect(pathsOf([b, plain, folder])).toEqual(["b.yaml", "a.conf"]);
  });

  it("reads standard input for -", () => {
    const read = readSources(["-"], () => "kind: A");
    expect(read).toEqual({ ok: true, sources: [{ path: "-", text: "kind: A" }] });
  });

  it("says which file does not exist", () => {
    expect(readSources([join(folder, "none.yaml")])).toEqual({
      ok: false,
      message: `there is no file or folder "${folder}/none.yaml"`,
    });
  });

  it("says when a folder holds nothing to apply", () => {
    expect(readSources([folder])).toEqual({
      ok: false,
      message: `there is no .yaml, .yml or .json file below "${folder}"`,
    });
  });

  it("leaves out the byte order mark of a file", () => {
    const path = write("bom.yaml", "\uFEFFkind: A");
    expect(readSources([path])).toMatchObject({ ok: true, sources: [{ text: "kind: A" }] });
  });
});
