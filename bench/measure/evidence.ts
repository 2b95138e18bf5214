/** Everything that is counted, place by place, before it becomes figures. */
import { type Told, toldIn } from "./casts.ts";
import { copiesIn } from "./copies.ts";
import { type ExportFound, exportsOf } from "./exports.ts";
import { type DepthFound, deepestOf, type FunctionFound, functionsOf } from "./functions.ts";
import { circlesOf, importsOf, mutualFolders } from "./imports.ts";
import { type Found, parse } from "./parse.ts";
import { linesOf, type Texts, withRole } from "./tree.ts";

export interface Evidence extends Told {
  files: (Found & { lines: number })[];
  functions: FunctionFound[];
  /** the deepest statement of each file */
  depths: DepthFound[];
  /** paths of the files of each circle, the largest circle first */
  circles: string[][];
  /** pairs of folders that import each other: `rooms` by their first two levels, `folders` at any depth */
  mutual: { rooms: string[]; folders: string[] };
  exports: ExportFound[];
  copies: Found[];
  testLines: number;
}

/** Parses the program among `texts` and looks at every file of it; of the tests only the lines are counted. */
export function evidenceOf(texts: Texts): Evidence {
  const files = parse(withRole(texts, "source"));
  const imports = importsOf(files);
  const told = files.map(toldIn);
  return {
    files: files.map(({ path, text }) => ({ at: path, what: "", lines: linesOf(text) })),
    functions: files.flatMap(functionsOf),
    depths: files.map(deepestOf),
    circles: circlesOf(imports),
    mutual: { rooms: mutualFolders(imports, 2), folders: mutualFolders(imports) },
    anys: told.flatMap(({ anys }) => anys),
    casts: told.flatMap(({ casts }) => casts),
    nonNulls: told.flatMap(({ nonNulls }) => nonNulls),
    exports: files.flatMap(exportsOf),
    copies: copiesIn(files),
    testLines: [...withRole(texts, "test").values()].reduce((sum, text) => sum + linesOf(text), 0),
  };
}
