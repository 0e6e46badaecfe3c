// D1 with a defect or a counter: what the store sees is the real one, as long as it works.

/** Every database call, as one; `before` may reject it, as D1 does when it cannot be reached. */
function watched(db: D1Database, before: (statements: number) => void): D1Database {
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const watch = (original: D1PreparedStatement): D1PreparedStatement => {
    const watching = new Proxy(original, {
      get(target, name) {
        if (name === "bind") {
          return (...values: unknown[]) => watch(target.bind(...values));
        }
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") {
          return member;
        }
        return async (...values: unknown[]): Promise<unknown> => {
          before(1);
          return Reflect.apply(member, target, values);
        };
      },
    });
    originals.set(watching, original);
    return watching;
  };
  return new Proxy(db, {
    get(target, name) {
      if (name === "prepare") {
        return (sql: string) => watch(target.prepare(sql));
      }
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]): Promise<unknown> => {
          before(statements.length);
          return target.batch(statements.map((one) => originals.get(one) ?? one));
        };
      }
      return Reflect.get(target, name, target);
    },
  });
}

/** Cannot be reached at its nth call (from 1), and only then; 0 = at every call. */
export function failingDatabase(db: D1Database, nth: number): D1Database {
  let calls = 0;
  return watched(db, () => {
    calls++;
    if (nth === 0 || calls === nth) {
      throw new Error("D1_ERROR: Network connection lost.");
    }
  });
}

export function countedDatabase(db: D1Database): { readonly db: D1Database; readonly statements: () => number } {
  let count = 0;
  return {
    db: watched(db, (statements) => {
      count += statements;
    }),
    statements: () => count,
  };
}
