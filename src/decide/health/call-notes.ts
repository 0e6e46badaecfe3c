// What an isolate remembers of the calls it sent to each endpoint, for operators: whether they fail, are slow or are
// never answered. Nothing is decided by it. Plain data, bounded: two spans of five seconds, and one usual time.
import type { CallNote, CallTrouble } from "../../model/message/call-notes.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { BoundedMap } from "../text/bounded-map.ts";

interface Span {
  ok: number;
  /** Of `ok`, those that took much longer than usual. */
  slow: number;
  failed: number;
  okMs: number;
}

interface Seen {
  spanAtMs: number;
  span: Span;
  before: Span;
  /** Calls sent since anything was last heard of it. */
  waiting: number;
  /** When the first and the last of them were. */
  waitingSinceMs: number;
  sentAtMs: number;
  usualMs: number;
  /** Answers that made `usualMs` so far. */
  answers: number;
  cause: string | null;
}

export type CallNotes = BoundedMap<ServiceKey, BoundedMap<string, Seen>>;

const MOST_SERVICES = 2000;
const MOST_ENDPOINTS = 500;
const SPAN_MS = 5000;
/** Who has not answered anything for so long hangs, as far as somebody still waits. */
const HUNG_MS = 4000;
/** Callers who leave look like calls that hang: one of them says nothing. */
const HUNG_CALLS = 3;
const FORGET_WAITING_MS = 30_000;
const SLOW_MS = 1000;
const SLOW_TIMES = 3;
const SLOW_PERCENT = 50;
/** Answers until the usual time counts as known. */
const USUAL_ANSWERS = 20;
/** It follows quick answers quickly and late ones reluctantly: the first ones of a service are often late. */
const TO_QUICKER = 0.25;
const TO_SLOWER = 0.01;
const MIN_CALLS = 3;
const FAILING_PERCENT = 5;
const DOWN_PERCENT = 90;
/** Longest list of one report. */
const MOST_TOLD = 50;

export function newCallNotes(): CallNotes {
  return new BoundedMap(MOST_SERVICES);
}

const newSpan = (): Span => ({ ok: 0, slow: 0, failed: 0, okMs: 0 });

/** What is noted of the endpoint from now on. */
export function noteSent(notes: CallNotes, service: ServiceKey, endpoint: string, nowMs: number): Seen {
  const ofService = notes.getOrMake(service, () => new BoundedMap<string, Seen>(MOST_ENDPOINTS));
  const seen = ofService.getOrMake(endpoint, () => ({
    spanAtMs: nowMs,
    span: newSpan(),
    before: newSpan(),
    waiting: 0,
    waitingSinceMs: nowMs,
    sentAtMs: nowMs,
    usualMs: 0,
    answers: 0,
    cause: null,
  }));
  if (seen.waiting === 0 || nowMs - seen.sentAtMs > FORGET_WAITING_MS) {
    seen.waiting = 0;
    seen.waitingSinceMs = nowMs;
  }
  seen.waiting += 1;
  seen.sentAtMs = nowMs;
  return seen;
}

/** @param failure why it failed; null = it was answered, after `tookMs` */
export function noteEnd(seen: Seen, failure: string | null, tookMs: number, nowMs: number): void {
  turn(seen, nowMs);
  if (failure !== null) {
    seen.span.failed += 1;
    seen.cause = failure;
    // A deadline that passed is no word from the endpoint, and the next call still waits.
    seen.waiting = Math.max(0, seen.waiting - 1);
    return;
  }
  seen.waiting = 0;
  seen.span.ok += 1;
  seen.span.okMs += tookMs;
  const isSlow = seen.answers >= USUAL_ANSWERS && tookMs >= SLOW_MS && tookMs >= SLOW_TIMES * seen.usualMs;
  // Slowness is not learned: it would pass for usual after a while.
  if (isSlow) {
    seen.span.slow += 1;
    return;
  }
  const share = seen.answers === 0 ? 1 : tookMs < seen.usualMs ? TO_QUICKER : TO_SLOWER;
  seen.usualMs += (tookMs - seen.usualMs) * share;
  seen.answers += 1;
}

/** Nobody waits for it any more: neither heard of, nor failed. */
export function noteDropped(seen: Seen): void {
  seen.waiting = Math.max(0, seen.waiting - 1);
}

function turn(seen: Seen, nowMs: number): void {
  const sinceMs = nowMs - seen.spanAtMs;
  if (sinceMs < SPAN_MS) {
    return;
  }
  seen.before = sinceMs < 2 * SPAN_MS ? seen.span : newSpan();
  seen.span = newSpan();
  seen.spanAtMs = nowMs;
}

/** Those of which there is something to tell, the worst first. */
export function troubledNotes(notes: CallNotes, nowMs: number): CallNote[] {
  const told: CallNote[] = [];
  for (const [service, endpoints] of notes) {
    for (const [endpoint, seen] of endpoints) {
      const note = noteOf(service, endpoint, seen, nowMs);
      if (note !== null && stateOf(note) !== null) {
        told.push(note);
      }
    }
  }
  return told.toSorted((a, b) => b.failed + b.waiting - a.failed - a.waiting).slice(0, MOST_TOLD);
}

function noteOf(service: ServiceKey, endpoint: string, seen: Seen, nowMs: number): CallNote | null {
  const isWaiting = seen.waiting > 0 && nowMs - seen.sentAtMs < FORGET_WAITING_MS;
  if (!isWaiting && nowMs - seen.spanAtMs >= 2 * SPAN_MS) {
    return null;
  }
  turn(seen, nowMs);
  const ok = seen.span.ok + seen.before.ok;
  const failed = seen.span.failed + seen.before.failed;
  return {
    service,
    endpoint,
    ok,
    failed,
    slow: seen.span.slow + seen.before.slow,
    meanMs: ok === 0 ? null : (seen.span.okMs + seen.before.okMs) / ok,
    usualMs: seen.answers >= USUAL_ANSWERS ? seen.usualMs : null,
    waiting: isWaiting ? seen.waiting : 0,
    silentMs: isWaiting ? nowMs - seen.waitingSinceMs : 0,
    cause: failed === 0 ? null : seen.cause,
  };
}

/** What a note comes to; null = nothing is wrong. */
function stateOf(note: CallNote): CallTrouble["state"] | null {
  const { ok, failed, slow, waiting, silentMs } = note;
  const calls = ok + failed;
  if (failed >= MIN_CALLS && failed * 100 >= DOWN_PERCENT * calls) {
    return "down";
  }
  if (ok === 0 && waiting >= HUNG_CALLS && silentMs >= HUNG_MS) {
    return "hung";
  }
  if (failed >= MIN_CALLS && failed * 100 >= FAILING_PERCENT * calls) {
    return "failing";
  }
  return slow >= MIN_CALLS && slow * 100 >= SLOW_PERCENT * ok ? "slow" : null;
}

/** The notes of several isolates on one endpoint as one. */
export function troubleOf(notes: readonly CallNote[], since: number): CallTrouble | null {
  const [first] = notes;
  if (first === undefined) {
    return null;
  }
  const sum = (of: (note: CallNote) => number): number => notes.reduce((total, note) => total + of(note), 0);
  const ok = sum((one) => one.ok);
  const merged: CallNote = {
    ...first,
    ok,
    failed: sum((one) => one.failed),
    slow: sum((one) => one.slow),
    waiting: sum((one) => one.waiting),
    silentMs: Math.max(...notes.map((one) => one.silentMs)),
    meanMs: ok === 0 ? null : sum((one) => (one.meanMs ?? 0) * one.ok) / ok,
    usualMs: notes.find((one) => one.usualMs !== null)?.usualMs ?? null,
    cause: notes.find((one) => one.cause !== null)?.cause ?? null,
  };
  const state = stateOf(merged);
  if (state === null) {
    return null;
  }
  const { usualMs: _usual, silentMs: _silent, ...rest } = merged;
  return { ...rest, state, since, isolates: notes.length, told: sentence(merged, state) };
}

function sentence(note: CallNote, state: CallTrouble["state"]): string {
  const { ok, failed, waiting, silentMs, meanMs, usualMs, cause } = note;
  switch (state) {
    case "hung":
      return `it takes calls and answers none: ${waiting} have been waiting for up to ${seconds(silentMs)}`;
    case "down":
    case "failing":
      return `${failed} of the last ${ok + failed} calls failed: ${cause ?? "no answer"}`;
    case "slow":
      return `it takes ${seconds(meanMs ?? 0)} to answer${usualMs === null ? "" : `, usually ${seconds(usualMs)}`}`;
  }
}

const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
