// Which of the forms that an answer has its reader would rather have, by the Accept header (RFC 9110 §12.5.1).
import { parseAccept } from "hono/utils/accept";

/** A form of an answer. `versions`: those written, where a reader may ask for another. */
interface AnswerForm {
  readonly type: string;
  readonly versions?: readonly string[];
}

interface Liking {
  readonly quality: number;
  /** How closely it was named: 2 = itself, 1 = `text/*`, 0 = anything. */
  readonly closeness: number;
}

/** The most wanted; of several the one named more closely, then the first. Whoever wants none gets the first. */
export function preferred<Form extends AnswerForm>(accept: string | null, offers: readonly Form[]): Form {
  const ranges = parseAccept(accept ?? "");
  const liked = offers.map((offer) => ({ offer, ...likingOf(offer, ranges) }));
  return liked.reduce((one, other) => (isMore(other, one) ? other : one)).offer;
}

const isMore = (one: Liking, other: Liking): boolean =>
  one.quality > other.quality || (one.quality === other.quality && one.quality > 0 && one.closeness > other.closeness);

/** By the range that names it most closely, whatever the others say. */
function likingOf({ type, versions }: AnswerForm, ranges: ReturnType<typeof parseAccept>): Liking {
  const names = ["*/*", `${type.slice(0, type.indexOf("/"))}/*`, type];
  let found: Liking = { quality: 0, closeness: -1 };
  for (const range of ranges) {
    const closeness = names.indexOf(range.type.toLowerCase());
    const version = range.params["version"]?.replaceAll('"', "");
    const isWritten = version === undefined || versions === undefined || versions.includes(version);
    if (closeness > found.closeness && isWritten) {
      found = { quality: range.q, closeness };
    }
  }
  return found;
}
