import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_FAILOVER, priorityShares } from "../../../src/decide/balance/failover.ts";

/** Healthy percents of the priorities → their shares of the traffic. */
const shares = (...healthy: number[]): number[] =>
  priorityShares(
    healthy.map((one) => ({ total: 100, healthy: one })),
    DEFAULT_FAILOVER,
  ).map(({ percent }) => percent);

const panics = (healthy: number[], panicThreshold = 50): boolean[] =>
  priorityShares(
    healthy.map((one) => ({ total: 100, healthy: one })),
    { overprovisioning: 140, panicThreshold },
  ).map(({ panic }) => panic);

describe("the division among priorities, in Envoy's figures", () => {
  it.each<[readonly number[], readonly number[]]>([
    [
      [100, 100],
      [100, 0],
    ],
    [
      [72, 100],
      [100, 0],
    ],
    [
      [71, 100],
      [99, 1],
    ],
    [
      [50, 100],
      [70, 30],
    ],
    [
      [25, 100],
      [35, 65],
    ],
    [
      [0, 100],
      [0, 100],
    ],
    [
      [25, 25],
      [50, 50],
    ],
    [
      [5, 65],
      [7, 93],
    ],
    [
      [25, 25, 100],
      [35, 35, 30],
    ],
    [
      [25, 25, 20],
      [36, 36, 28],
    ],
  ])("%j percent healthy → %j percent of the traffic", (healthy, expected) => {
    expect(shares(...healthy)).toEqual(expected);
  });

  it("follows the overprovisioning that is asked for", () => {
    const half = [
      { total: 2, healthy: 1 },
      { total: 2, healthy: 2 },
    ];
    expect(priorityShares(half, { overprovisioning: 100, panicThreshold: 50 })[0]?.percent).toBe(50);
    expect(priorityShares(half, { overprovisioning: 200, panicThreshold: 50 })[0]?.percent).toBe(100);
  });

  it("gives an empty priority nothing", () => {
    const percents = priorityShares(
      [
        { total: 0, healthy: 0 },
        { total: 1, healthy: 1 },
      ],
      DEFAULT_FAILOVER,
    ).map(({ percent }) => percent);
    expect(percents).toEqual([0, 100]);
  });

  it("always divides everything, whatever the health", () => {
    const priority = fc
      .integer({ min: 1, max: 50 })
      .chain((total) => fc.record({ total: fc.constant(total), healthy: fc.integer({ min: 0, max: total }) }));
    fc.assert(
      fc.property(fc.array(priority, { minLength: 1, maxLength: 6 }), (priorities) => {
        const percents = priorityShares(priorities, DEFAULT_FAILOVER).map(({ percent }) => percent);
        expect(percents.reduce((all, one) => all + one, 0)).toBe(100);
        expect(percents.every((one) => one >= 0)).toBe(true);
      }),
      { seed: 4 },
    );
  });
});

describe("panic", () => {
  it.each<[readonly number[], readonly boolean[]]>([
    [
      [25, 25],
      [true, true],
    ],
    [
      [5, 65],
      [true, false],
    ],
    [
      [25, 100],
      [false, false],
    ],
    [
      [0, 0],
      [true, true],
    ],
  ])("at %j percent healthy: %j", (healthy, expected) => {
    expect(panics([...healthy])).toEqual(expected);
  });

  it("never happens with a threshold of 0, and then nothing is given out when nothing is healthy", () => {
    expect(panics([25, 25], 0)).toEqual([false, false]);
    const nothing = priorityShares([{ total: 3, healthy: 0 }], { overprovisioning: 140, panicThreshold: 0 });
    expect(nothing).toEqual([{ percent: 0, panic: false }]);
  });

  it("spreads by the number of endpoints when nothing is healthy", () => {
    const shared = priorityShares(
      [
        { total: 3, healthy: 0 },
        { total: 1, healthy: 0 },
      ],
      DEFAULT_FAILOVER,
    );
    expect(shared).toEqual([
      { percent: 75, panic: true },
      { percent: 25, panic: true },
    ]);
  });
});
