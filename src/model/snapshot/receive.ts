// Headers that the mesh adds to requests of a service, by its wish (`Service.spec.receive`).

/** `tracestate` comes with `traceparent`. */
export const RECEIVABLE = [
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-request-id",
  "traceparent",
  "selvage-assertion",
  "selvage-source",
  "selvage-timeout-ms",
  "x-forwarded-prefix",
] as const;

export type ReceivedHeader = (typeof RECEIVABLE)[number];

/** Of a service that does not say. */
export const RECEIVED_BY_DEFAULT: readonly ReceivedHeader[] = [
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-request-id",
  "traceparent",
  "selvage-assertion",
];
