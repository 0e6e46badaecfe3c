// The page's first answers. They stand in its document, or the browser is told to ask for them beside its files: a slow
// line is waited for once. What is asked in the first seconds is taken from there, everything else goes over the
// network.
import type { Overview } from "../../model/api/overview.ts";

type Answers = ReadonlyMap<string, { readonly status: number; readonly value: unknown }>;

/** As long as an answer is shown again without asking. */
const FRESH_MS = 5_000;
/** They come beside the files. Where one of them is slow to find out, the others are asked for alone. */
export const PATIENCE_MS = 1_500;
const none: Answers = new Map();
let opening: Promise<Answers> = Promise.resolve(none);

/**
 * Asks for them, or is given what the HTML has asked for.
 *
 * @param addresses as the HTML has them, to the letter
 * @param brought what the document itself had
 */
export function openPage(addresses: readonly string[], brought: Answers = none): void {
  const come = new Map(brought);
  const asking = addresses.map(async (address) => (await answersOf(address)).forEach((one) => come.set(...one)));
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
  const asked = Promise.race([Promise.all(asking), patience]).then((): Answers => come);
  opening = asked;
  void asked.then(() => setTimeout(() => opening === asked && forgetOpening(), FRESH_MS));
}

interface Written {
  readonly textContent: string;
  remove(): void;
}

/** What the mesh wrote into the document for who is signed in, taken once; null = nothing. */
export function answersWritten(written: Written | null): Answers | null {
  written?.remove();
  const value: unknown = written === null ? null : JSON.parse(written.textContent);
  return isOverview(value) ? new Map(value.answers.map((one) => [one.path, one])) : null;
}

export function forgetOpening(): void {
  opening = Promise.resolve(none);
}

/** When they are there, or cannot be had. */
export const pageIsOpen = (): Promise<unknown> => opening;

/** How the page's calls get to the mesh. */
export async function sendFromPage(url: URL, init: RequestInit): Promise<Response> {
  if (init.method !== "GET") {
    forgetOpening();
    const headers = new Headers(init.headers);
    // No form of another site can send it: that is what the session asks of writes.
    headers.set("selvage-csrf", "1");
    return fetch(url, { ...init, headers });
  }
  const known = (await opening).get(`${url.pathname}${url.search}`);
  return known === undefined ? fetch(url, init) : Response.json(known.value, { status: known.status });
}

type Answer = readonly [path: string, answered: { readonly status: number; readonly value: unknown }];

/** Of a read, or of the many that it was answered with; what cannot be had is asked for again by who wants it. */
async function answersOf(address: string): Promise<readonly Answer[]> {
  try {
    const response = await fetch(address);
    const { status } = response;
    const value: unknown = await response.json();
    if (status === 401) {
      return [["/_selvage/v1/whoami", { status, value }]];
    }
    if (status === 200 && isOverview(value)) {
      return value.answers.map((one) => [one.path, one]);
    }
    return [[address, { status, value }]];
  } catch {
    return [];
  }
}

const isOverview = (value: unknown): value is Overview =>
  typeof value === "object" && value !== null && "answers" in value;
