// Paths as somebody writes them who wants a proxy and a service to read them differently. Each character is one byte.
import type { Random } from "./random.ts";

/** What stands between two segments, at the start of each list what is let through. */
const SEPARATORS = ["/", "//", "///", "/./", "/%2e/", "%252f", "/x/../", "/x/%2E%2e/", "//../"];
const BAD_SEPARATORS = ["\\", "%2f", "%2F", "%5c", "%5C", "/;/", "/;a=b/", "/..;/", "/.%3b/"];
const SEGMENTS = [
  [
    "admin",
    "%61dmin",
    "adm%69n",
    "ADMIN",
    "admin;a=b",
    "admin;",
    "admin%20",
    "admin.",
    "admin%2e",
    "admin%23",
    "admin%3f",
  ],
  [
    "open",
    "open;v=1",
    "x",
    "a;b=c",
    "~",
    "%7e",
    "a%20b",
    "a+b",
    "index.html",
    "%25",
    "%2525",
    "%252e%252e",
    "...",
    "a%3Bb",
    "%3bx",
  ],
  ["..", "..", ".", "%2e%2e", "%2E.", ".%2e"],
  ["\xc3\xa9", "%c3%a9", "{x}", "<x>", "|", "^", "`", '"', "'", "*", "$&", "(x)", "@", ":", "=", ",", "!"],
];
const BAD_SEGMENTS = [
  "%",
  "%zz",
  "%4",
  "%c0%ae%c0%ae",
  "%u002e.",
  "%C3%28",
  "\xff",
  "%ff",
  "\x01",
  "\x7f",
  "a b",
  "%0a",
  "%0d%0aX:1",
  "%00",
  "..%00",
  "..;",
  "..;a=b",
  "..%3b",
  ";",
  ";a",
  "%00admin",
];
const TAILS = [
  "",
  "",
  "",
  "/",
  "?",
  "?a=b",
  "?/../admin",
  "?x=%2e%2e/admin",
  "#",
  "#/../admin",
  "#?a",
  "??",
  ";",
  ";a",
  "/.",
  "/..",
  "//",
  "?%ff",
  ".",
];
const STARTS = [
  "/",
  "/",
  "/",
  "/",
  "//",
  "/./",
  "/x/../",
  "http://other.example/",
  "HTTP://fuzz.test/",
  "//other.example/",
  "/../",
  "/\\",
];

/** A request target; it may be none that HTTP allows. */
export function hostilePath(random: Random): string {
  const isBad = random.chance(30);
  const separator = (): string => {
    if (random.chance(60)) {
      return "/";
    }
    return random.oneOf(isBad && random.chance(50) ? BAD_SEPARATORS : SEPARATORS);
  };
  const segment = (): string => {
    if (isBad && random.chance(30)) {
      return random.chance(50) ? random.oneOf(BAD_SEGMENTS) : anyText(random);
    }
    return random.oneOf(random.oneOf(SEGMENTS));
  };
  const segments = Array.from({ length: 1 + random.below(6) }, (_, at) => (at === 0 ? "" : separator()) + segment());
  const long = random.chance(0.2) ? "/a".repeat(random.below(80)) : "";
  return random.oneOf(STARTS) + segments.join("") + long + random.oneOf(TAILS);
}

const ALPHABET = "./;%aA0?#\\&=:@+~ \t\x00\x1f\x80\xbf\xc2\xe2\xf0\xff2fF5cCeE3bB";

function anyText(random: Random): string {
  return Array.from({ length: 1 + random.below(8) }, () => ALPHABET.charAt(random.below(ALPHABET.length))).join("");
}
