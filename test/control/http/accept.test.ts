import { describe, expect, it } from "vitest";
import { preferred } from "../../../src/control/http/accept.ts";

const text = { type: "text/plain" } as const;
const open = { type: "application/openmetrics-text", versions: ["1.0.0"] } as const;
const chosen = (accept: string | null): string => preferred(accept, [text, open]).type;

describe("the form of an answer", () => {
  it.each([
    [null],
    [""],
    ["*/*"],
    ["text/html"],
    ["application/openmetrics-text;q=0"],
    ["application/openmetrics-text;q=0, */*"],
    ["application/openmetrics-text;version=2.0.0"],
    ["application/openmetrics-text;q=0.5, text/plain;q=0.9"],
    ["text/plain, application/*"],
    ["text/*;q=0.2, application/openmetrics-text;q=0.1"],
    ["x-application/openmetrics-text"],
    [",;,;q=,=;text"],
  ])("is the first one for %j", (accept) => {
    expect(chosen(accept)).toBe(text.type);
  });

  it.each([
    ["application/openmetrics-text"],
    ['APPLICATION/OpenMetrics-Text; Version="1.0.0"'],
    [
      "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;q=0.2",
    ],
    ["*/*, application/openmetrics-text"],
    ["text/plain;q=0, application/*;q=0.1"],
    ["application/openmetrics-text;q=0.2, text/*;q=0.1"],
  ])("is the one that is wanted more for %j", (accept) => {
    expect(chosen(accept)).toBe(open.type);
  });

  it("is found in linear time, whatever the header holds", () => {
    expect(chosen(`${"a/b;q=0.1,".repeat(2000)}application/openmetrics-text`)).toBe(open.type);
  });
});
