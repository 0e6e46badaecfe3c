// The short half of the path fuzz (`npx node test/fuzz/path.ts` is the long one, through a mesh and real servers): what
// the mesh forwards leads no server to what a policy keeps back, by the rules by which six of them read a path.
import { expect, it } from "vitest";
import { canonicalPath } from "../../src/model/word/canonical-path.ts";
import { hostilePath } from "./hostile-paths.ts";
import { expectedOf, walkedAround, WAYS } from "./path-mesh.ts";
import { seeded } from "./random.ts";

const COUNT = 30_000;

it("a path that is allowed is read by no server as one that is denied, however it was written", () => {
  const seed = Math.floor(Math.random() * 0x1_0000_0000);
  const random = seeded(seed);
  const counts = { refused: 0, elsewhere: 0, denied: 0, doubtful: 0, allowed: 0 };
  for (let i = 0; i < COUNT; i++) {
    const way = random.oneOf(WAYS);
    const drawn = hostilePath(random);
    const target = way.prefix === "" ? drawn : way.prefix + (drawn.startsWith("/") ? drawn : `/${drawn}`);
    const { verdict, target: sent } = expectedOf(way, target);
    counts[verdict]++;
    if (verdict !== "allowed" || sent === null) {
      continue;
    }
    const around = walkedAround(way.service, sent);
    if (around.length > 0) {
      expect(around, `seed ${seed}: ${JSON.stringify(target)} at ${way.host}`).toEqual([]);
    }
    const again = canonicalPath(sent);
    if (!again.ok || again.path + again.search !== sent) {
      expect(again, `seed ${seed}: ${sent} is not canonical`).toBeNull();
    }
  }
  // A fuzz that is only ever refused, or never, would prove little.
  for (const times of Object.values(counts)) {
    expect(times).toBeGreaterThan(COUNT / 200);
  }
});

it("the same seed draws the same paths", () => {
  const drawn = (seed: number): string[] => {
    const random = seeded(seed);
    return Array.from({ length: 50 }, () => hostilePath(random));
  };
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});
