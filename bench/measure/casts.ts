/** Where the compiler is told instead of shown: `any`, casts, and `!`. */
import {
  isAsExpression,
  isNonNullExpression,
  isTypeAssertion,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { eachNode, type Found, type Parsed, placeOf } from "./parse.ts";

export interface Told {
  anys: Found[];
  casts: Found[];
  nonNulls: Found[];
}

/** `as const` and the `as` of a renamed import are no casts, and `satisfies` is none either. */
export function toldIn(file: Parsed): Told {
  const told: Told = { anys: [], casts: [], nonNulls: [] };
  eachNode(file.tree, (node) => {
    if (node.kind === SyntaxKind.AnyKeyword) told.anys.push(found(file, node, node.parent));
    else if (isCast(node)) told.casts.push(found(file, node, node));
    else if (isNonNullExpression(node)) told.nonNulls.push(found(file, node, node));
  });
  return told;
}

function isCast(node: Node): boolean {
  return (isAsExpression(node) && node.type.getText() !== "const") || isTypeAssertion(node);
}

function found(file: Parsed, node: Node, shown: Node): Found {
  const text = shown.getText(file.tree).replace(/\s+/g, " ");
  return { at: placeOf(file, node), what: text.length > 100 ? `${text.slice(0, 99)}…` : text };
}
