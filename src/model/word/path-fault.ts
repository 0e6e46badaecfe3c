// Why a path is refused, in words for whoever sent it.

/** Why a path is refused. All but `too-long` (414) are a malformed request (400). */
export type PathFault =
  | "not-absolute"
  | "too-long"
  | "too-many-segments"
  | "control-character"
  | "backslash"
  | "bad-escape"
  | "encoded-separator"
  | "not-utf8"
  | "dot-segment-parameters"
  | "unnamed-segment"
  | "above-root";

/** Characters of a path, or of a query. */
export const MAX_PATH_LENGTH = 8192;
export const MAX_SEGMENTS = 64;

export const PATH_FAULTS: Readonly<Record<PathFault, string>> = {
  "not-absolute": "The path does not start with a slash",
  "too-long": `The path or the query is longer than ${MAX_PATH_LENGTH} characters`,
  "too-many-segments": `The path has more than ${MAX_SEGMENTS} segments`,
  "control-character": "The path or the query holds a control character",
  backslash: "The path holds a backslash, which some servers read as a slash",
  "bad-escape": "The path holds a percent sign that is not followed by two hexadecimal digits",
  "encoded-separator": "The path holds an encoded slash or backslash (%2F, %5C), which servers read differently",
  "not-utf8": "The path or the query is not valid UTF-8",
  "dot-segment-parameters": 'The path holds ".." or "." with parameters, which servers read differently',
  "unnamed-segment": "The path holds a segment of parameters only, which servers read differently",
  "above-root": 'The path climbs above the root with ".."',
};

export interface PathRefusal {
  readonly ok: false;
  readonly reason: PathFault;
}

export function refusedPath(reason: PathFault): PathRefusal {
  return { ok: false, reason };
}
