// The mesh is killed in the middle of applies: nothing that was acknowledged is lost, nothing is there by half.
// SELVAGE_KILLS and SELVAGE_APPLIES make it longer; `node test/journeys/kill9.ts` prints the figures.
import { expect, it } from "vitest";
import { kill9 } from "./kill9.ts";

const kills = Number(process.env.SELVAGE_KILLS ?? "8");
const applies = Number(process.env.SELVAGE_APPLIES ?? "10");

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
