// Values and texts that a program does not count on, for places where another value belongs.
import type { Random } from "./random.ts";

const DEEP = 200;

const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => "",
  () => "\u0000",
  () => "\ud800",
  () => "\u202egnp.exe",
  () => "x".repeat(70_000),
  () => "a/".repeat(300),
  () => "../../../etc/passwd",
  () => "${jndi:ldap://a/b}",
  () => "' OR 1=1 --",
  () => "'); DROP TABLE documents; --",
  () => "<script>alert(1)</script>",
  () => "__proto__",
  () => "constructor",
  () => "(".repeat(400),
  () => "(a*)*b",
  () => "%00%2e%2e",
  () => "http://169.254.169.254/latest/meta-data",
  () => "file:///etc/passwd",
  () => -1,
  () => 0.1,
  () => 1e308,
  () => 2 ** 53,
  () => true,
  () => [],
  () => ({}),
  () => [[[[[]]]]],
  () => ({ __proto__: null, constructor: { prototype: { polluted: true } } }),
  () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
  () => Array.from({ length: 2000 }, (_, at) => at),
  () => Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at])),
  () => nested(DEEP),
];

function nested(depth: number): unknown {
  let value: unknown = "end";
  for (let i = 0; i < depth; i++) {
    value = i % 2 === 0 ? [value] : { a: value };
  }
  return value;
}

export const hostileValue = (random: Random): unknown => random.oneOf(VALUES)();

/** The same value with a member somewhere that does not belong there, or is gone. */
export function disturbed(value: unknown, random: Random): unknown {
  if (random.chance(12)) {
    return hostileValue(random);
  }
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    if (list.length === 0) {
      return random.chance(50) ? [hostileValue(random)] : list;
    }
    const at = random.below(list.length);
    return list.map((one, index) => (index === at ? disturbed(one, random) : one));
  }
  if (typeof value !== "object" || value === null) {
    return hostileValue(random);
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random.chance(10)) {
    return { ...value, [random.oneOf(["extra", "__proto__x", "status", "$ref"])]: hostileValue(random) };
  }
  const at = random.below(entries.length);
  if (random.chance(10)) {
    return Object.fromEntries(entries.filter((_, index) => index !== at));
  }
  return Object.fromEntries(
    entries.map(([name, member], index) => [name, index === at ? disturbed(member, random) : member]),
  );
}

/** Bodies that are no value at all. Each `char` is one byte. */
export const BROKEN_BODIES: readonly string[] = [
  "",
  " ",
  "{",
  "[",
  '{"a":',
  '{"a":1,"a":2}',
  "\xff\xfe\x00",
  "\xef\xbb\xbf{}",
  "null",
  "0",
  '"text"',
  "---\n---\n---\n",
  "a: &a [*a]\n",
  "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n",
  "!!js/function 'function(){}'\n",
  "!!binary |\n  R0lGOD\n",
  "? {a: b}\n: c\n",
  "\t- a\n",
  "%YAML 9.9\n---\na\n",
  "- ".repeat(3000),
  "[".repeat(5000),
  '{"a":'.repeat(2000),
  `{"a": ${"9".repeat(4000)}}`,
  "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\nspec: !!str {exposure: public}\n",
  `apiVersion: selvage.dev/v1\nkind: ${"K".repeat(5000)}\n`,
];
