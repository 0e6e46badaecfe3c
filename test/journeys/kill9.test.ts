// The mesh is killed in the middle of applies: nothing that was acknowledged is lost, nothing is there by half.
// `npx node test/support/journeys/kill9.ts` prints the figures.
import { expect, it } from "vitest";
import { sized } from "../support/long.ts";
import { kill9 } from "../support/journeys/kill9.ts";

const kills = sized(4, 12);
const applies = sized(10, 20);

it(
  `keeps every acknowledged revision through ${kills} kills, whole`,
  async () => {
    const figures = await kill9(kills, applies, () => undefined);
    expect({ lost: figures.lost, halves: figures.halves, broken: figures.broken }).toEqual({
      lost: [],
      halves: [],
      broken: [],
    });
    expect(figures.acknowledged).toBeGreaterThan(kills);
    expect(figures.auditLength).toBeGreaterThanOrEqual(figures.acknowledged);
  },
  60_000 + kills * (15_000 + applies * 200),
);
