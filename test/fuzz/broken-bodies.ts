// Bodies broken at every byte: cut there, or with another character there. What surrounds them is sound, so whatever
// goes wrong is wrong with the body.

export interface Broken {
  readonly what: string;
  /** From the first line on. */
  readonly bytes: string;
}

const CHUNKED = "Transfer-Encoding: chunked";
/** Two chunks with an extension, and a trailer field, so that every part of the framing is there. */
const CHUNKS = "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nx-last: 1\r\n\r\n";
const PLAIN = "hello world, of a length that was told";
const LARGE = "x".repeat(20_000);

/** Heads and sound bodies, by name; `large` is more than a mesh waits for before it asks the service. */
const BODIES: readonly (readonly [name: string, framing: string, body: string])[] = [
  ["chunked", CHUNKED, CHUNKS],
  ["length", `Content-Length: ${PLAIN.length}`, PLAIN],
  ["large", `Content-Length: ${LARGE.length}`, LARGE],
];

/** Odd ones in turn: a letter that no size has, a line's end, a size, a byte that is none of ASCII. */
const STRANGE = ["z", "\n", "9", "\u00ff"] as const;

export function brokenRequests(target: string, host: string): Broken[] {
  return broken((framing) => `PUT ${target} HTTP/1.1\r\nHost: ${host}\r\n${framing}\r\n\r\n`);
}

export function brokenAnswers(): Broken[] {
  return broken((framing) => `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n`);
}

function broken(headOf: (framing: string) => string): Broken[] {
  return BODIES.flatMap(([name, framing, body]) => {
    const head = headOf(framing);
    // Of a long one that is all alike, a few places say as much as each of them.
    const places = [...body].map((_, at) => at).filter((at) => body.length < 1000 || at % 997 === 0);
    const cut = places.map((at) => ({ what: `${name}, cut at byte ${at}`, bytes: head + body.slice(0, at) }));
    if (name !== "chunked") {
      return cut;
    }
    const changed = places.flatMap((at) =>
      STRANGE.filter((strange) => strange !== body[at]).map((strange) => ({
        what: `${name}, ${JSON.stringify(strange)} at byte ${at}`,
        bytes: head + body.slice(0, at) + strange + body.slice(at + 1),
      })),
    );
    return cut.concat(changed);
  });
}

/** Whether all that was to be said is in an answer, whatever became of what stands behind it (a trailer). */
export function saysAll(answer: string): boolean {
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  return [PLAIN, "hello world", LARGE].some((all) => body.replaceAll(/\r\n[\da-f]+\r\n/g, "").includes(all));
}

/** Whether an answer came to its end: by its length, or by its last chunk. */
export function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) {
    return false;
  }
  const [head, body] = [answer.slice(0, end), answer.slice(end + 4)];
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return length === undefined ? /(^|\r\n)0\r\n(.+\r\n)*\r\n$/.test(body) : body.length >= Number(length);
}
