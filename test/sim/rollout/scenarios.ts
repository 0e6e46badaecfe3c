// Canaries that are no worse, and canaries that are, in many ways.
import type { Trial } from "./trial.ts";

export interface Scenario {
  readonly name: string;
  readonly trial: Trial;
  /** No worse: it must not be taken out. */
  readonly isSound: boolean;
}

export const scenarios: readonly Scenario[] = [
  {
    name: "5 %: 1 % fail, as ever",
    trial: { weight: 5, stable: 0.01, canary: 0.01, requests: 200_000 },
    isSound: true,
  },
  {
    name: "50 %: 0.1 % fail, as ever",
    trial: { weight: 50, stable: 0.001, canary: 0.001, requests: 200_000 },
    isSound: true,
  },
  {
    name: "10 % of 2 000 callers, 1 % of whom always fail",
    trial: { weight: 10, stable: 0.0005, canary: 0.0005, requests: 50_000, callers: { count: 2000, broken: 0.01 } },
    isSound: true,
  },
  { name: "1 %: 0.1 % → 50 %", trial: { weight: 1, stable: 0.001, canary: 0.5, requests: 200_000 }, isSound: false },
  { name: "5 %: 0 → 2 %", trial: { weight: 5, stable: 0, canary: 0.02, requests: 200_000 }, isSound: false },
  { name: "5 %: 0.1 % → 1 %", trial: { weight: 5, stable: 0.001, canary: 0.01, requests: 200_000 }, isSound: false },
  { name: "5 %: 1 % → 2 %", trial: { weight: 5, stable: 0.01, canary: 0.02, requests: 400_000 }, isSound: false },
  { name: "5 %: 1 % → 5 %", trial: { weight: 5, stable: 0.01, canary: 0.05, requests: 200_000 }, isSound: false },
  {
    name: "10 % of 2 000 callers: 0.1 % → 50 %",
    trial: { weight: 10, stable: 0.001, canary: 0.5, requests: 50_000, callers: { count: 2000, broken: 0 } },
    isSound: false,
  },
  {
    name: "10 %: three times slower",
    trial: { weight: 10, stable: 0.001, canary: 0.001, requests: 100_000, slower: 3 },
    isSound: false,
  },
];
