// A condition on one value of a request: of a header or a query parameter.

export type ValueMatch = { readonly name: string; readonly value: string } & (
  | { readonly type: "Exact" }
  /** `program` is an index into `Router.programs`. */
  | { readonly type: "RegularExpression"; readonly program: number }
);
