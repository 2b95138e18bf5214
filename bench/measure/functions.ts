/** How long functions are, and how deep their statements stand inside each other. */
import {
  isArrowFunction,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isIfStatement,
  isMethodDeclaration,
  isPropertyAssignment,
  isSetAccessorDeclaration,
  isVariableDeclaration,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { eachNode, type Found, lineOf, type Parsed, placeOf } from "./parse.ts";

export interface FunctionFound extends Found {
  lines: number;
}

export interface DepthFound extends Found {
  depth: number;
}

/**
 * Every function, method, accessor and arrow with a body that spans more than one line. One-liners are left out:
 * `(row) => row.id` says nothing about how long the functions of a program are.
 */
export function functionsOf(file: Parsed): FunctionFound[] {
  const found: FunctionFound[] = [];
  eachNode(file.tree, (node) => {
    if (!isFunctionWithBody(node)) return;
    const lines = lastLineOf(file, node) - lineOf(file, node) + 1;
    if (lines > 1) found.push({ at: placeOf(file, node), what: nameOf(node), lines });
  });
  return found;
}

const nesting = new Set([
  SyntaxKind.IfStatement,
  SyntaxKind.ForStatement,
  SyntaxKind.ForInStatement,
  SyntaxKind.ForOfStatement,
  SyntaxKind.WhileStatement,
  SyntaxKind.DoStatement,
  SyntaxKind.SwitchStatement,
  SyntaxKind.TryStatement,
]);

/** The deepest statement of a file: an `else if` is as deep as its `if`, and a function inside begins anew. */
export function deepestOf(file: Parsed): DepthFound {
  let deepest: DepthFound = { at: `${file.path}:1`, what: "", depth: 0 };
  const look = (node: Node, above: number): void => {
    const outside = isFunctionWithBody(node) ? 0 : above;
    const nests = nesting.has(node.kind) && !isElseIf(node);
    const depth = nests ? outside + 1 : outside;
    if (depth > deepest.depth) {
      deepest = { at: placeOf(file, node), what: SyntaxKind[node.kind], depth };
    }
    node.forEachChild((child) => look(child, depth));
  };
  look(file.tree, 0);
  return deepest;
}

function isElseIf(node: Node): boolean {
  return isIfStatement(node) && isIfStatement(node.parent) && node.parent.elseStatement === node;
}

function isFunctionWithBody(node: Node): boolean {
  const isFunction =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node);
  return isFunction && node.body !== undefined;
}

function lastLineOf(file: Parsed, node: Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.end).line + 1;
}

function nameOf(node: Node): string {
  if (isConstructorDeclaration(node)) return "constructor";
  const isAccessor = isGetAccessorDeclaration(node) || isSetAccessorDeclaration(node);
  if (isFunctionDeclaration(node) || isMethodDeclaration(node) || isAccessor) {
    return node.name?.getText() ?? "(no name)";
  }
  const holder = node.parent;
  const isNamed = isVariableDeclaration(holder) || isPropertyAssignment(holder);
  return isNamed && isIdentifier(holder.name) ? holder.name.text : "(no name)";
}
