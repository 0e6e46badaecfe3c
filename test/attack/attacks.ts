// Every attack, by whom it is.
import { ADMINS, ANSWERS, CALLERS } from "./callers.ts";
import type { Attack } from "./setting.ts";
import { STRANGERS } from "./strangers.ts";
import { REACHING } from "./reaching.ts";
import { TENANTS } from "./tenants.ts";

export const ATTACKS: readonly (readonly [topic: string, attacks: readonly Attack[]])[] = [
  ["A neighbour's operator", TENANTS],
  ["A neighbour's routes and endpoints", REACHING],
  ["A stranger", STRANGERS],
  ["A caller with a proof", CALLERS],
  ["A service that answers", ANSWERS],
  ["The admin API and proxies' questions", ADMINS],
];
