// The promises of the fleet's limits, few seeds each. Many seeds: `npx node test/sim/limiter.ts --seeds 20`.
import { expect, it } from "vitest";
import { sized } from "../support/long.ts";
import { hold, promises } from "./limiter-promises.ts";
import { runFleet } from "./limiter-fleet.ts";

const SEEDS = sized(1, 3);
const short = promises.filter(({ long }) => long === undefined);

it.each(short.map((promised) => [`${promised.name}: at most ${promised.most} ${promised.unit}`, promised] as const))(
  "keeps %s",
  (_, promised) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      expect(hold(promised, seed), `seed ${seed}`).toBeLessThanOrEqual(promised.most);
    }
  },
  60_000,
);

it("gives out nearly all of a limit that is asked for more: the bounds are not kept by refusing everybody", () => {
  const [, ten] = promises;
  if (ten === undefined) {
    throw new Error("no promise");
  }
  const options = { ...ten.options(3), loss: 0, stragglers: 0, lifeMs: null, restartsAt: [], durationMs: 20_000 };
  const { admitted } = runFleet(options);
  expect(admitted.length / 20).toBeGreaterThan(0.95 * options.terms.requests);
});

it("replays a run from its seed", () => {
  const [one] = promises;
  if (one === undefined) {
    throw new Error("no promise");
  }
  const options = { ...one.options(7), durationMs: 3000 };
  expect(runFleet(options)).toEqual(runFleet(options));
});
