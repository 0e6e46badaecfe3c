// What the contract with a service and its callers needs, a step on top of the other, as bench/workers/ladder.ts
// numbers them.
export const STEPS = [
  "bare",
  "headers as a record, a URL of its own",
  "+ five headers of the mesh",
  "+ an assertion of 430 bytes",
  "+ a look at the answer",
  "+ a deadline: a timer that is ended",
  "+ a deadline by the tick that all share, in place of the timer (route)",
  "+ a copy of the answer with two headers, in place of the look (limit)",
];
