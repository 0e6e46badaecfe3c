import { describe, expect, it } from "vitest";
import type { MeshStatus } from "../../../src/status/mesh-status.ts";
import { curlLine, selvageLine } from "../../../src/dashboard/word/command.ts";
import { contractRequest } from "../../../src/dashboard/word/contract-request.ts";
import { healthByRef, healthSummary } from "../../../src/verdict/health.ts";
import { lineDiff } from "../../../src/dashboard/word/line-diff.ts";
import { matching, namedFirst } from "../../../src/dashboard/word/matching.ts";
import { documentPath } from "../../../src/model/word/screen-paths.ts";
import { safeLink } from "../../../src/dashboard/word/safe-link.ts";
import { screens } from "../../../src/model/word/screens.ts";
import { agoText } from "../../../src/model/word/age.ts";
import { incidentText } from "../../../src/dashboard/now/incident-text.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const status: MeshStatus = {
  server: "https://mesh.test",
  healthy: false,
  revision: 9,
  services: 4,
  endpoints: 6,
  isolates: { current: 1, behind: 0 },
  problems: [
    {
      severity: "down",
      ref: "Service/shop/pay",
      message: "all 2 endpoints are down",
      since: null,
      command: "selvage x",
    },
    { severity: "degraded", ref: "Service/shop/pay", message: "slow", since: null, command: null },
    { severity: "degraded", ref: null, message: "behind", since: "2026-11-29T11:59:00Z", command: null },
  ],
  notices: [],
  idle: ["Service/shop/old"],
};

describe("commands", () => {
  it("read back in a shell as they were meant", () => {
    expect(selvageLine(["breaker", "force", "pay", "open", "--reason", "it's down; rm -rf"], "shop")).toBe(
      `selvage breaker force pay open --reason 'it'\\''s down; rm -rf' -n shop`,
    );
    expect(selvageLine(["get", undefined, "", "services"])).toBe("selvage get services");
  });

  it("name the token and never show it", () => {
    expect(curlLine("https://m", "POST", "/apply", { a: "'" })).toBe(
      `curl -X POST -H "authorization: Bearer $SELVAGE_TOKEN" -H 'content-type: application/json' -d '{"a":"'\\''"}' https://m/_selvage/v1/apply`,
    );
  });
});

describe("health", () => {
  it("is the worst that is told of a document", () => {
    const healthOf = healthByRef(status);
    expect(healthOf("Service/shop/pay")).toBe("failing");
    expect(healthOf("Service/shop/old")).toBe("idle");
    expect(healthOf("Service/shop/web")).toBe("healthy");
  });

  it("counts each document once in its worst state", () => {
    expect(healthSummary(status)).toBe("▲ 1 failing · ◆ 1 degraded · ● 2 healthy · ○ 1 idle");
  });

  it("is told to a chat with times in UTC and commands", () => {
    expect(incidentText(status, now)).toBe(
      [
        "**https://mesh.test** at revision 9, 2026-11-29T12:00:00.000Z",
        "▲ 1 failing · ◆ 1 degraded · ● 2 healthy · ○ 1 idle",
        "- failing: Service/shop/pay: all 2 endpoints are down\n  `selvage x`",
        "- degraded: Service/shop/pay: slow",
        "- degraded: the mesh since 2026-11-29T11:59:00Z: behind",
        "",
      ].join("\n"),
    );
  });
});

describe("links", () => {
  it("are made of web addresses only", () => {
    expect(safeLink("https://example.com/a")).toBe("https://example.com/a");
    for (const address of [
      "javascript:alert(1)",
      "data:text/html,x",
      " java\nscript:x",
      "/relative",
      7,
      "",
      "x".repeat(3000),
    ]) {
      expect(safeLink(address), String(address).slice(0, 20)).toBeNull();
    }
  });

  it("lead to the screen of what they name, whatever is in the name", () => {
    expect(documentPath("Service/shop/pay")).toBe("/services/shop/pay");
    expect(documentPath("Application/shop/acme")).toBe("/clients/shop/acme");
    expect(documentPath("HTTPRoute/shop/a?b#c")).toBe("/policies/HTTPRoute/shop/a%3Fb%23c");
  });

  it("go to screens that differ in path and key", () => {
    expect(new Set(screens.map(({ path }) => path)).size).toBe(screens.length);
    expect(new Set(screens.map(({ key }) => key)).size).toBe(screens.length);
  });
});

describe("times", () => {
  it("say how long ago, how soon, or that there is none", () => {
    expect(agoText("2026-11-29T11:56:00Z", now)).toBe("4m ago");
    expect(agoText("2026-11-29T15:00:00Z", now)).toBe("in 3h");
    expect(agoText(null, now)).toBe("never");
    expect(agoText("soon", now)).toBe("never");
  });
});

describe("search", () => {
  it("wants every word, anywhere, in any case", () => {
    expect(matching(["shop/pay", "shop/web", "ops/pay"], "PAY shop", (one) => one)).toEqual(["shop/pay"]);
    expect(matching(["a"], "  ", (one) => one)).toEqual(["a"]);
  });

  it("puts those first that are called as was typed, and keeps their order", () => {
    const found = ["shop/web Pay", "shop/pay x", "ops/web pay", "ops/PAY y"];
    expect(namedFirst(found, " pay ", (one) => one.split(" ")[0] ?? "")).toEqual([
      "shop/pay x",
      "ops/PAY y",
      "shop/web Pay",
      "ops/web pay",
    ]);
  });
});

describe("differences", () => {
  it("leave out what did not change for long", () => {
    const before = Array.from({ length: 20 }, (_, nth) => `line ${nth}`).join("\n");
    const after = before.replace("line 10", "line ten");
    expect(lineDiff(before, after).map(({ sign, text }) => `${sign}${text}`)).toEqual([
      "…",
      " line 7",
      " line 8",
      " line 9",
      "-line 10",
      "+line ten",
      " line 11",
      " line 12",
      " line 13",
      "…",
    ]);
  });

  it("of equal texts are none", () => {
    expect(lineDiff("a\nb", "a\nb").every(({ sign }) => sign === "…")).toBe(true);
  });
});

describe("a request for access", () => {
  it("is one contract for each pair, in the application's namespace", () => {
    expect(contractRequest({ application: "partners/acme", service: "shop/orders", tier: "gold" })).toEqual({
      apiVersion: "selvage.dev/v1",
      kind: "Contract",
      metadata: { name: "acme-orders", namespace: "partners" },
      spec: { application: "acme", service: "shop/orders", tier: "gold" },
    });
  });
});
