// Every attack, by whom it is.
import { ADMINS, ANSWERS, CALLERS } from "./callers.ts";
import { BODIES } from "./bodies.ts";
import { CLAIMS, READINGS } from "./claims.ts";
import { CONSUMERS } from "./consumer.ts";
import type { Attack } from "./setting.ts";
import { OPERATOR_PATHS } from "./operator-paths.ts";
import { SOCKETS } from "./sockets.ts";
import { STRANGERS } from "./strangers.ts";
import { COSTS } from "./costs.ts";
import { LOOPS, QUESTIONS } from "./loops.ts";
import { REACHING } from "./reaching.ts";
import { TENANTS } from "./tenants.ts";

export const ATTACKS: readonly (readonly [topic: string, attacks: readonly Attack[]])[] = [
  ["A neighbour's operator", TENANTS],
  ["A neighbour's routes and endpoints", REACHING],
  ["A neighbour's route on another's service", CONSUMERS],
  ["What belongs to another namespace", CLAIMS],
  ["What is read of another namespace", READINGS],
  ["Paths and addresses that an operator writes", OPERATOR_PATHS],
  ["A stranger", STRANGERS],
  ["A stranger's bodies", BODIES],
  ["A WebSocket whose right ends", SOCKETS],
  ["A caller with a proof", CALLERS],
  ["A service that answers", ANSWERS],
  ["The mesh led back into itself", LOOPS],
  ["Proxies' questions read in two ways", QUESTIONS],
  ["The admin API and proxies' questions", ADMINS],
  ["Everybody's time", COSTS],
];
