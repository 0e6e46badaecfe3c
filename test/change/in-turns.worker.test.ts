// Long work, and those who wait meanwhile.
import { expect, it } from "vitest";
import { inTurns } from "../../src/change/in-turns.ts";
import type { Steps } from "../../src/compile/documents/steps.ts";

function* work(units: readonly number[], said: string[]): Steps<string> {
  for (const one of units) {
    said.push(`did ${one}`);
    yield one;
  }
  return "made";
}

it("rests whenever a hundred units are done, and not for less", async () => {
  const said: string[] = [];
  const rest = async (): Promise<void> => void said.push("rest");
  expect(await inTurns(work([50, 49, 1, 500, 99], said), rest)).toBe("made");
  expect(said).toEqual(["did 50", "did 49", "did 1", "rest", "did 500", "rest", "did 99"]);
});

it("does a small mesh's work at one go", async () => {
  const said: string[] = [];
  const rest = async (): Promise<void> => void said.push("rest");
  await inTurns(
    work(
      Array.from({ length: 9 }, () => 10),
      said,
    ),
    rest,
  );
  expect(said).not.toContain("rest");
});
