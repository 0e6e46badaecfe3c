// What was counted in one span of time, by row: added to, thinned when it has too many rows, and made small for
// storage.
import type { SignalExemplar, SignalLabels, SignalRow } from "../../model/message/signals.ts";
import { addSparse, BUCKETS, sparse } from "./histogram.ts";
import { OTHER, otherLabels } from "./other.ts";

interface Sum {
  readonly labels: SignalLabels;
  readonly buckets: Float64Array;
  count: number;
  sumMs: number;
  tries: number;
  /** When it was last added to. */
  at: number;
  /** Not stored: it stands for what was counted lately. */
  exemplar: SignalExemplar | null;
}

export interface TimeSlot {
  readonly from: number;
  readonly sums: Map<string, Sum>;
  /** Requests that stand in a row for all that had none of its own. */
  folded: number;
}

export const newSlot = (from: number): TimeSlot => ({ from, sums: new Map(), folded: 0 });

const LABELS = ["service", "version", "route", "endpoint", "cluster", "caller", "decision", "policy"] as const;

/** Labels come from documents, which hold no line ends. */
function keyOf({ service, version, route, endpoint, cluster, caller, status, decision, policy }: SignalLabels): string {
  return `${service}\n${version}\n${route}\n${endpoint}\n${cluster}\n${caller}\n${status}\n${decision}\n${policy}`;
}

/** @param most rows that the slot may have; a row more for each service, and as many services, beyond */
export function addRow(slot: TimeSlot, row: SignalRow, most: number, at: number): void {
  const key = keyOf(row);
  const known = slot.sums.get(key);
  if (known === undefined && slot.sums.size >= most && row.decision !== OTHER) {
    slot.folded += row.count;
    const service = slot.sums.size >= 2 * most ? OTHER : row.service;
    add(sumOf(slot, keyOf(otherLabels(service)), otherLabels(service)), row, at);
    return;
  }
  if (row.decision === OTHER) {
    slot.folded += row.count;
  }
  add(known ?? sumOf(slot, key, labelsOf(row)), row, at);
}

function sumOf({ sums }: TimeSlot, key: string, labels: SignalLabels): Sum {
  const known = sums.get(key);
  if (known !== undefined) {
    return known;
  }
  const sum: Sum = { labels, buckets: new Float64Array(BUCKETS), count: 0, sumMs: 0, tries: 0, at: 0, exemplar: null };
  sums.set(key, sum);
  return sum;
}

function labelsOf(row: SignalRow): SignalLabels {
  const { service, version, route, endpoint, cluster, caller, status, decision, policy } = row;
  return { service, version, route, endpoint, cluster, caller, status, decision, policy };
}

function add(sum: Sum, { count, sumMs, tries, buckets, exemplar }: SignalRow, at: number): void {
  sum.exemplar = exemplar ?? sum.exemplar;
  sum.count += count;
  sum.sumMs += sumMs;
  sum.tries += tries;
  sum.at = Math.max(sum.at, at);
  addSparse(sum.buckets, buckets);
}

export function rowOf({ labels, count, sumMs, tries, buckets, exemplar }: Sum): SignalRow {
  const row = { ...labels, count, sumMs, tries, buckets: sparse(buckets) };
  return exemplar === null ? row : { ...row, exemplar };
}

/** A slot as it is stored: each text once, and a list of numbers for each row. */
export interface PackedSlot {
  readonly from: number;
  readonly folded: number;
  readonly names: readonly string[];
  /** Eight indexes of names, then status, count, sum, tries and time, then pairs of bucket and count. */
  readonly rows: readonly (readonly number[])[];
}

const AT = LABELS.length;

export function pack({ from, folded, sums }: TimeSlot): PackedSlot {
  const names = new Map<string, number>();
  const index = (name: string): number => {
    const known = names.get(name);
    if (known !== undefined) {
      return known;
    }
    names.set(name, names.size);
    return names.size - 1;
  };
  const rows = [...sums.values()].map(({ labels, count, sumMs, tries, at, buckets }) =>
    LABELS.map((label) => index(labels[label])).concat([labels.status, count, sumMs, tries, at], sparse(buckets)),
  );
  return { from, folded, names: [...names.keys()], rows };
}

export function unpack({ from, folded, names, rows }: PackedSlot): TimeSlot {
  const slot = newSlot(from);
  slot.folded = folded;
  for (const row of rows) {
    const name = (nth: number): string => names[row[nth] ?? -1] ?? "";
    const labels: SignalLabels = {
      service: name(0),
      version: name(1),
      route: name(2),
      endpoint: name(3),
      cluster: name(4),
      caller: name(5),
      decision: name(6),
      policy: name(7),
      status: row[AT] ?? 0,
    };
    const [count = 0, sumMs = 0, tries = 0, at = 0] = row.slice(AT + 1, AT + 5);
    const sum = sumOf(slot, keyOf(labels), labels);
    add(sum, { ...labels, count, sumMs, tries, buckets: row.slice(AT + 5) }, at);
  }
  return slot;
}

/** Forgets rows that nothing was added to since; what they counted is no longer in the slot. */
export function forgetBefore({ sums }: TimeSlot, at: number): void {
  for (const [key, sum] of sums) {
    if (sum.at < at) {
      sums.delete(key);
    }
  }
}
