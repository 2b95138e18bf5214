/** Which exports say in a comment what they are. */
import {
  isClassDeclaration,
  isEnumDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isTypeAliasDeclaration,
  isVariableStatement,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { type Found, type Parsed, placeOf } from "./parse.ts";

export interface ExportFound extends Found {
  isDocumented: boolean;
}

/**
 * Every declaration with `export` before it; an `export const` is one, whatever it declares. Overloads of a function
 * are one export. `export … from` and `export default` of an expression declare nothing and are left out. The comment
 * of a file documents the export that follows at once, as it does in an editor.
 */
export function exportsOf(file: Parsed): ExportFound[] {
  const found = new Map<string, ExportFound>();
  for (const statement of file.tree.statements) {
    const name = exportedName(statement);
    if (name === undefined) continue;
    const key = isFunctionDeclaration(statement) ? name : `${name} of ${statement.pos}`;
    const isDocumented = (statement.jsDoc?.length ?? 0) > 0 || found.get(key)?.isDocumented === true;
    found.set(key, { at: placeOf(file, statement), what: name, isDocumented });
  }
  return [...found.values()];
}

function exportedName(node: Node): string | undefined {
  if (isVariableStatement(node)) {
    const names = node.declarationList.declarations.map(({ name }) => name.getText().replace(/\s+/g, " "));
    return isExported(node.modifiers) ? names.join(", ") : undefined;
  }
  const declares =
    isFunctionDeclaration(node) ||
    isClassDeclaration(node) ||
    isInterfaceDeclaration(node) ||
    isTypeAliasDeclaration(node) ||
    isEnumDeclaration(node);
  return declares && isExported(node.modifiers) ? (node.name?.getText() ?? "default") : undefined;
}

function isExported(modifiers: readonly Node[] | undefined): boolean {
  return modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword) === true;
}
