// What a consumer is refused with, and what a consumer can do about it; the page of each code says it at length.

interface RefusalHelp {
  readonly status: number;
  readonly code: string;
  readonly means: string;
  readonly act: string;
}

export const refusals: readonly RefusalHelp[] = [
  {
    status: 401,
    code: "SLV2101",
    means: "The API wants to know who calls",
    act: "Send your client id and secret, or a token made with them",
  },
  {
    status: 401,
    code: "SLV2111",
    means: "The client id or secret is not accepted here",
    act: "See under Keys which secrets are in force, and under Access whether the contract is",
  },
  { status: 401, code: "SLV2110", means: "The token is not accepted, or has expired", act: "Make a new token" },
  {
    status: 403,
    code: "SLV2150",
    means: "You are known, and may not do this",
    act: "See under Access whether the contract is in force; ask the API's owner",
  },
  {
    status: 429,
    code: "SLV4001",
    means: "The limit of your tier is used up",
    act: "Wait as long as Retry-After says; ask for another tier",
  },
  { status: 502, code: "SLV5006", means: "The API could not be reached", act: "Try again; it is not your request" },
  { status: 503, code: "SLV5005", means: "Nothing answers for the API now", act: "Try again later; its owner is told" },
  { status: 503, code: "SLV5020", means: "The API is given time to recover", act: "Wait as long as Retry-After says" },
  { status: 504, code: "SLV5007", means: "The API did not answer in time", act: "Try again; ask for less at once" },
];
