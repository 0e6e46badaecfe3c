// Headers as a plain record: values by lower-case name, without a prototype, so that a name is only a name, `__proto__`
// too.

export type HeaderRecord = Record<string, string>;

export function blankRecord(): HeaderRecord {
  return { __proto__: null } as unknown as HeaderRecord;
}
