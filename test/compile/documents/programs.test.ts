import { describe, expect, it } from "vitest";
import { collectPrograms, MOST_PATTERNS, MOST_STATES } from "../../../src/compile/documents/programs.ts";
import { compileRegex, statesOf } from "../../../src/decide/route/regex.ts";
import { compiled, service, told } from "../../support/compiled.ts";

describe("the patterns of the mesh", () => {
  it("are compiled once each, and numbered", () => {
    const asked: string[] = [];
    const programs = collectPrograms((pattern) => {
      asked.push(pattern);
      return compileRegex(pattern);
    });
    const [shop, web] = [programs.within("shop"), programs.within("web")];
    expect([shop.of("a+", "/1"), shop.of("b+", "/2"), shop.of("a+", "/3"), web.of("b+", "/4")]).toEqual([0, 1, 0, 1]);
    expect(programs.table).toHaveLength(2);
    // Another namespace's share is counted by what the pattern takes.
    expect(asked).toEqual(["a+", "b+", "b+"]);
  });

  it("of one namespace are bounded in number, whatever the others have", () => {
    const programs = collectPrograms();
    const evil = programs.within("evil");
    for (let at = 0; at < MOST_PATTERNS.namespace; at++) {
      expect(evil.of(`a${at}`, "")).toBe(at);
    }
    expect(evil.of("more", "/x")).toBeNull();
    expect(evil.of("a1", "")).toBe(1);
    expect(evil.takeFaults()).toEqual([
      {
        pointer: "/x",
        reason:
          "The namespace evil has no room for another regular expression: 1000 patterns with 10000 states together are the most. Prefixes and exact values cost nothing",
      },
    ]);
    expect(programs.within("shop").of("more", "")).toBe(MOST_PATTERNS.namespace);
  });

  it("of one namespace are bounded in states, and what is too much is not kept", () => {
    const programs = collectPrograms();
    const evil = programs.within("evil");
    for (let at = 0; at < 100; at++) {
      evil.of(`${at}([a-z]+[0-9]?[a-z]+){40}`, `/${at}`);
    }
    const states = programs.table.reduce((sum, program) => sum + statesOf(program), 0);
    expect(states).toBeLessThanOrEqual(MOST_STATES.namespace);
    expect(programs.table.length + evil.takeFaults().length).toBe(100);
    expect(evil.takeFaults()).toEqual([]);
  });

  it("that cannot be used are not looked at without end", () => {
    let asked = 0;
    const programs = collectPrograms((pattern) => {
      asked++;
      return compileRegex(pattern);
    });
    const evil = programs.within("evil");
    for (let at = 0; at < 200; at++) {
      expect(evil.of(`(${at}`, "")).toBeNull();
    }
    expect(asked).toBeLessThan(50);
    expect(evil.takeFaults()).toHaveLength(200);
  });

  it("are bounded for the mesh, the younger documents first", () => {
    const programs = collectPrograms();
    for (let namespace = 0; namespace < 12; namespace++) {
      const own = programs.within(`n${namespace}`);
      for (let at = 0; at < 40; at++) {
        own.of(`${namespace}-${at}([a-z]+[0-9]?[a-z]+){40}`, "");
      }
    }
    const states = programs.table.reduce((sum, program) => sum + statesOf(program), 0);
    expect(states).toBeGreaterThan(0.9 * MOST_STATES.mesh);
    expect(states).toBeLessThanOrEqual(MOST_STATES.mesh);
    const last = programs.within("last");
    expect(last.of("x([a-z]+[0-9]?[a-z]+){100}", "/p")).toBeNull();
    expect(last.takeFaults()[0]?.reason).toContain("The mesh has no room for another regular expression");
  });

  it("that are too many refuse the document that brings them", () => {
    const matches = Array.from(
      { length: 64 },
      (_, at) => `{path: {type: RegularExpression, value: "/${at}([a-z]+[0-9]?[a-z]+){40}"}}`,
    );
    const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {rules: [{matches: [${matches.join(", ")}], backendRefs: [{name: orders}]}]}
`;
    const { findings } = compiled(service("orders") + route);
    const errors = findings.filter(({ severity }) => severity === "error");
    expect(told(errors.slice(0, 1))[0]).toMatch(
      /^SLV1215 HTTPRoute\/shop\/r \/spec\/rules\/0\/matches\/\d+\/path\/value$/,
    );
  });
});
