// A sound canary is left alone and a failing one is taken out, by few runs; four hundred are `npx node
// test/sim/rollouts.ts`.
import { expect, it } from "vitest";
import { sized } from "../support/long.ts";
import { scenarios } from "./rollout/scenarios.ts";
import { summarize } from "./rollout/trial.ts";

const runs = sized(4, 100);
const quick = (requests: number): number => Math.min(requests, sized(40_000, 200_000));

it.each(scenarios.filter(({ isSound }) => isSound))("$name: is left alone", ({ name, trial }) => {
  const { out } = summarize(name, { ...trial, requests: quick(trial.requests) }, runs);
  expect(out).toBeLessThanOrEqual(runs / 50);
});

it.each(scenarios.filter(({ isSound }) => !isSound))("$name: is taken out", ({ name, trial }) => {
  expect(summarize(name, trial, runs).out).toBe(runs);
});

it("takes out a canary that fails half of its requests at 1 % within 15 of them", () => {
  const trial = { weight: 1, stable: 0.001, canary: 0.5, requests: 100_000 };
  expect(summarize("half", trial, sized(40, 400)).requests?.p95).toBeLessThanOrEqual(15);
});
