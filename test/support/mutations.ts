// Guards of the product and how each is taken out: the file, a piece of its text that is there once, and what takes its
// place. A guard that is written otherwise later makes `test/regress/mutations.ts` say that the text is gone.

export interface Mutation {
  /** Beginnings of the names of tests that must fail. */
  readonly ids: readonly string[];
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const PATH = "src/model/word/canonical-path.ts";
const CONDITION = "src/decide/authorize/condition.ts";
const HEADERS = "src/decide/header/headers.ts";
const ADDRESS = "src/decide/text/ip.ts";
const PATTERN = "src/decide/authorize/pattern.ts";

export const mutations: readonly Mutation[] = [
  {
    ids: ["CVE-2019-9901", "CVE-2021-31920", "CVE-2026-73551"],
    file: PATH,
    from: "return plain ? {",
    to: "return plain || true ? {",
  },
  {
    ids: ["CVE-2021-29492"],
    file: "src/model/word/percent-escapes.ts",
    from: "if (code === SLASH || code === 0x5c) {",
    to: "if (code < 0) {",
  },
  {
    ids: ["CVE-2021-32779", "CVE-2021-39156", "CVE-2020-8595"],
    file: PATH,
    from: "if (code === 0x3f || code === 0x23) {\n      break;\n    }\n    if (code === SLASH) {",
    to: "if (code === 0x3f) {\n      break;\n    }\n    if (code === SLASH) {",
  },
  {
    ids: ["CVE-2026-73511"],
    file: PATH,
    from: 'path.includes(";") ? withoutParameters(named, trailing) : path',
    to: "path",
  },
  { ids: ["CVE-2026-73551"], file: PATH, from: "part.charCodeAt(0) === 0x2e && ", to: "part === null && " },
  { ids: ["CVE-2026-73553"], file: PATH, from: "if (!last && /^(?:;|%3B)/.test(part))", to: "if (part === null)" },
  {
    ids: ["CVE-2019-9900"],
    file: "src/model/word/percent-escapes.ts",
    from: "if (code < 0x20 || code === 0x7f) {",
    to: "if (code < 0) {",
  },
  {
    ids: ["CVE-2020-25017", "CVE-2026-26308"],
    file: CONDITION,
    from: 'value.split(",", MAX_VALUES + 1).map((part) => part.trim())',
    to: "[value]",
  },
  {
    ids: ["CVE-2023-27488, CVE-2026-73552"],
    file: CONDITION,
    from: 'if (value.includes("\\ufffd")) {',
    to: "if (value === null) {",
  },
  {
    ids: ["CVE-2022-21679"],
    file: CONDITION,
    from: "default:\n      return UNKNOWN;",
    to: "default:\n      return attribute(() => NO);",
  },
  { ids: ["CVE-2023-27487, CVE-2024-45806"], file: HEADERS, from: "|x-envoy|", to: "|" },
  {
    ids: ["CVE-2023-27493, CVE-2024-45808"],
    file: HEADERS,
    from: "value !== null && /^[A-Za-z0-9]",
    to: "value !== null || /^[A-Za-z0-9]",
  },
  {
    ids: ["CVE-2024-30255"],
    file: HEADERS,
    from: 'count > MAX_HEADERS ? "too-many" : bytes > MAX_HEADER_BYTES ? "too-large" : null',
    to: "null",
  },
  {
    ids: ["CVE-2026-73550"],
    file: HEADERS,
    from: "    count++;\n",
    to: '    if (name === "host") return;\n    count++;\n',
  },
  { ids: ["CVE-2026-105299"], file: HEADERS, from: "    nominate(connection, drop);\n", to: "" },
  {
    ids: ["GHSA-79qm-7rj5-m7r9", "CVE-2026-105299"],
    file: "src/decide/header/answer-headers.ts",
    from: "for (const name of nominated) {",
    to: "for (const name of nominated.slice(nominated.length)) {",
  },
  {
    ids: ["CVE-2023-35944"],
    file: "src/decide/text/address.ts",
    from: "const is = classifyAddress(url);",
    to: 'if (!url.startsWith("http")) return null;\n  const is = classifyAddress(url);',
  },
  {
    ids: ["CVE-2026-26310"],
    file: ADDRESS,
    from: "export function readIp(text: string): Ip | null {",
    to: 'export function readIp(text: string): Ip | null {\n  text = text.replace(/%.*/, "");',
  },
  { ids: ["CVE-2026-24398"], file: ADDRESS, from: "25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d", to: "[1-9]?\\d?\\d" },
  { ids: ["CVE-2026-39409"], file: ADDRESS, from: '"0".repeat(80) + "1".repeat(16)', to: '"0".repeat(96)' },
  { ids: ["CVE-2026-47674"], file: ADDRESS, from: "/^[0-9A-Fa-f.:]{2,45}$/", to: "/^[0-9a-f.:]{2,45}$/" },
  {
    ids: ["CVE-2020-16844"],
    file: PATTERN,
    from: "text.endsWith(pattern.slice(star + 1))",
    to: 'pattern.endsWith("*")',
  },
  {
    ids: ["CVE-2026-39350"],
    file: PATTERN,
    from: "return pattern === text;",
    to: "return new RegExp(`^${pattern}$`).test(text);",
  },
  {
    ids: ["CVE-2025-46821"],
    file: PATTERN,
    from: 'const star = pattern.indexOf("*");',
    to: 'if (text.endsWith("/*")) return pattern.startsWith(text.slice(0, -1));\n  const star = pattern.indexOf("*");',
  },
  { ids: ["CVE-2021-39155"], file: "src/decide/route/authority.ts", from: ": name).toLowerCase();", to: ": name);" },
  {
    ids: ["CVE-2021-31921"],
    file: "src/decide/route/service-address.ts",
    from: "meshDomain === null || !host",
    to: '(meshDomain ??= "svc.cluster.local") === null || !host',
  },
  {
    ids: ["GHSA-86vr-4wcv-mm9w"],
    file: "src/decide/route/regex.ts",
    from: "if (prog.inst.length > MAX_INSTRUCTIONS)",
    to: "if (prog.inst.length < 0)",
  },
  {
    ids: ["CVE-2024-23326"],
    file: "src/proxy/call/tries.ts",
    from: "return notSwitched(",
    to: "return (notSwitched, { response: new Response(null), endpoint, tries: 1, attempt, endedAtMs }) ?? notSwitched(",
  },
  {
    ids: ["ISTIO-SECURITY-2021-002"],
    file: "src/compile/policy/standing.ts",
    from: "targetRefs.length > 0 && found.length === targetRefs.length",
    to: "found.length < 0",
  },
  {
    ids: ["CVE-2026-29086"],
    file: "src/compile/route/rules.ts",
    from: "const path = canonical.ok ? canonical.matchPath : value;",
    to: "const path = canonical.ok ? canonical.path : value;",
  },
  {
    ids: ["CVE-2026-73546"],
    file: "src/control/page/html.ts",
    from: "const made = template(strings, ...parts);",
    to: "const made = raw(String.raw({ raw: strings }, ...parts));",
  },
  {
    ids: ["CVE-2022-23635"],
    file: "src/control/register/register.ts",
    from: "const identity = notedIdentity(request) ?? ",
    to: 'if (request.headers.get("authorization") === "Bearer unknown") await call.body.read(request);\n    const identity = notedIdentity(request) ?? ',
  },
  {
    ids: ["CVE-2026-31838"],
    file: "src/control/operator/operator.ts",
    from: "return operator.namespaces === null || operator",
    to: "return operator.namespaces !== undefined || operator",
  },
  {
    ids: ["CVE-2026-44456"],
    file: "src/bounded/read-limited.ts",
    from: "if (length > limit)",
    to: "if (length < 0)",
  },
  {
    ids: ["CVE-2026-126357"],
    file: "src/control/app.ts",
    from: 'return canonical.ok ? canonical.matchPath : "";',
    to: 'return canonical.ok ? new URL(request.url).pathname : "";',
  },
  {
    ids: ["CVE-2026-22817"],
    file: "src/tokens/verify-token.ts",
    from: " || !terms.algorithms.includes(header.alg)",
    to: "",
  },
  {
    ids: ["CVE-2026-22818"],
    file: "src/tokens/verify-token.ts",
    from: " || !terms.algorithms.includes(header.alg)",
    to: "",
  },
];
