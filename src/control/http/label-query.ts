// `?labelSelector=` as kubectl writes it: `team=shop,tier!=gold,env in (dev,test),!legacy`. All parts must hold.
// Documents' own selectors (`matchLabels`) are another notation: model/document/field/label-selector.ts.
import { type Outcome, refuseBody } from "./body.ts";

type Labels = Readonly<Record<string, string>>;
type LabelQuery = (labels: Labels) => boolean;

const KEY = "[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?";
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([-A-Za-z0-9_.,\\s]*)\\)$`);
const PRESENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

export function parseLabelQuery(text: string): Outcome<LabelQuery> {
  const parts: LabelQuery[] = [];
  for (const piece of partsOf(text)) {
    const part = parsePart(piece.trim());
    if (part === null) {
      return refuseBody({
        problem: "badParameter",
        detail: `"${piece.trim().slice(0, 60)}" is not a label selector.`,
        errors: [
          {
            pointer: "#/query/labelSelector",
            detail: "A part cannot be read.",
            hint: "Write key=value, key!=value, key in (a,b), key notin (a,b), key or !key, joined by commas.",
          },
        ],
      });
    }
    parts.push(part);
  }
  return { ok: true, value: (labels) => parts.every((part) => part(labels)) };
}

/** A comma inside parentheses belongs to its set. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let inSet = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "(") {
      inSet = true;
    } else if (char === ")") {
      inSet = false;
    } else if (char === "," && !inSet) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parsePart(text: string): LabelQuery | null {
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key = "", operator, value = ""] = equality;
    return operator === "!=" ? (labels) => valueOf(labels, key) !== value : (labels) => valueOf(labels, key) === value;
  }
  const set = SET.exec(text);
  if (set) {
    const [, key = "", operator, list = ""] = set;
    const values = new Set(list.split(",").map((value) => value.trim()));
    const isIn: LabelQuery = (labels) => values.has(valueOf(labels, key) ?? "\u0000");
    return operator === "in" ? isIn : (labels) => !isIn(labels);
  }
  const presence = PRESENCE.exec(text);
  if (presence) {
    const [, not, key = ""] = presence;
    return not === "!" ? (labels) => valueOf(labels, key) === null : (labels) => valueOf(labels, key) !== null;
  }
  return null;
}

function valueOf(labels: Labels, key: string): string | null {
  return Object.hasOwn(labels, key) ? (labels[key] ?? null) : null;
}
