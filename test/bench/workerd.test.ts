// The configuration text that starts a raw workerd: whatever a benchmark names must arrive there literally.
import { describe, expect, it } from "vitest";
import { configuration } from "../../bench/workerd.ts";

describe("configuration", () => {
  it("listens on every entrypoint that is asked for, on a free port of this machine", () => {
    const text = configuration([{ name: "main", code: "", listen: ["default", "bench"] }]);
    expect(text).toContain('(name = "main/default", address = "127.0.0.1:0", http = (), service = "main")');
    expect(text).toContain('service = (name = "main", entrypoint = "bench")');
  });

  it("quotes the values of variables", () => {
    const text = configuration([{ name: "main", code: "", vars: { WORDS: 'say "hi"\\' }, listen: [] }]);
    expect(text).toContain(String.raw`(name = "WORDS", text = "say \"hi\"\\")`);
  });

  it("gives each Durable Object class its SQLite storage on disk", () => {
    const text = configuration([{ name: "main", code: "", classes: ["Mesh"], listen: [] }]);
    expect(text).toContain('(className = "Mesh", uniqueKey = "main-Mesh", enableSql = true)');
    expect(text).toContain('durableObjectStorage = (localDisk = "objects")');
  });
});
