// Nodes of a syntax tree, and the names that they bring in, declare and bind.

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

export const rangeOf = (node: unknown): readonly [number, number] =>
  isNode(node) ? [node.start, Number(node.end)] : [0, 0];

export const nameOf = (node: unknown): string => (isNode(node) ? String(node.name ?? node.value) : "");

export const nodesOf = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

export function takenBy(node: Node): string[] {
  if (node.type === "TSImportType") {
    return isNode(node.qualifier) ? [nameOf(firstOf(node.qualifier))] : ["*"];
  }
  if (node.type === "ExportNamedDeclaration") {
    return nodesOf(node.specifiers).map(({ local }) => nameOf(local));
  }
  if (node.type !== "ImportDeclaration") {
    return ["*"];
  }
  return nodesOf(node.specifiers).map((one) =>
    one.type === "ImportSpecifier" ? nameOf(one.imported) : one.type === "ImportDefaultSpecifier" ? "default" : "*",
  );
}

/** `A` of `A.B.C`. */
function firstOf(node: Node): Node {
  return isNode(node.left) ? firstOf(node.left) : node;
}

export const localNames = (node: Node): string[] => nodesOf(node.specifiers).map(({ local }) => nameOf(local));

export function declaredBy({ declaration, specifiers }: Node): string[] {
  if (!isNode(declaration)) {
    return nodesOf(specifiers).map(({ exported }) => nameOf(exported));
  }
  if (declaration.type !== "VariableDeclaration") {
    return [nameOf(declaration.id)];
  }
  return nodesOf(declaration.declarations).flatMap(({ id }) => boundBy(id));
}

/** The names that a pattern binds. */
export function boundBy(pattern: unknown): string[] {
  if (!isNode(pattern)) {
    return [];
  }
  if (pattern.type === "Identifier") {
    return [nameOf(pattern)];
  }
  const inside = [...nodesOf(pattern.properties).map(({ value }) => value), ...nodesOf(pattern.elements)];
  return inside.flatMap(boundBy);
}
