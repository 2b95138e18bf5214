/** Puts marks around the values of a Markdown text, as its reader has taken it apart: code and links stay whole. */
import type { Standing } from "../../core/text/origin.ts";

/** A value of the text and where it comes from. `start`: where it stands in the text as it was written, UTF-16 units. */
export interface PlacedOrigin {
  value: string;
  start: number;
  standing: Standing;
  words: string;
  version: number | null;
}

/** As much of Markdown's syntax tree (mdast) as is looked at. */
interface MarkdownNode {
  type: string;
  value?: string;
  children?: MarkdownNode[] | undefined;
  position?: { start: { offset?: number | undefined }; end: { offset?: number | undefined } } | undefined;
  data?: object;
}

/** A value by its place in the list, so that the mark can find it again. */
interface Numbered extends PlacedOrigin {
  number: number;
}

/** Changes the tree: each value in running text gets a mark around it, one in a link or in `code` behind or around that. */
export function markOrigins(
  text: string,
  origins: readonly PlacedOrigin[],
): (tree: MarkdownNode) => undefined {
  const numbered = origins.map((origin, number) => ({ ...origin, number }));
  return (tree) => {
    if (numbered.length > 0) tree.children = tree.children?.flatMap((child) => marked(child, text, numbered));
  };
}

function marked(node: MarkdownNode, text: string, origins: readonly Numbered[]): MarkdownNode[] {
  const inside = within(node, origins);
  const [first] = inside;
  if (first === undefined) return [node];
  switch (node.type) {
    case "text":
      return splitText(node, text, inside);
    case "inlineCode":
      return first.value === node.value
        ? [markAround(first, node)]
        : [node, ...inside.map((origin) => markAround(origin))];
    // A button within a link leads nowhere: what is known of its values stands behind it.
    case "link":
    case "linkReference":
    case "image":
      return [node, ...inside.map((origin) => markAround(origin))];
    // A block to be copied stays as it is.
    case "code":
      return [node];
    default:
      return [{ ...node, children: node.children?.flatMap((child) => marked(child, text, inside)) ?? [] }];
  }
}

/** Those that stand in the node as it was written; none where that is not known. */
function within({ position }: MarkdownNode, origins: readonly Numbered[]): Numbered[] {
  const [from, to] = [position?.start.offset, position?.end.offset];
  if (from === undefined || to === undefined) return [];
  const inside = origins.slice(firstFrom(origins, from), firstFrom(origins, to));
  return inside.filter(({ start, value }) => start + value.length <= to);
}

/** The place of the first that stands at `offset` or behind it. Halved: a long text has as many nodes as values. */
function firstFrom(origins: readonly Numbered[], offset: number): number {
  let [low, high] = [0, origins.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((origins[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Written with escapes, entities or over several lines the text is shorter than its source: then each value is found by
 * looking for it, past as many of its like as stand before it in the source.
 */
function splitText(node: MarkdownNode, text: string, origins: readonly Numbered[]): MarkdownNode[] {
  const value = node.value ?? "";
  const from = node.position?.start.offset ?? 0;
  const isAsWritten = text.startsWith(value, from) && from + value.length === node.position?.end.offset;
  const pieces: MarkdownNode[] = [];
  let [done, behind] = [0, from];
  for (const origin of origins) {
    const before = text.slice(behind, origin.start);
    const at = isAsWritten ? origin.start - from : placeOf(origin.value, value, done, before);
    if (at < done) continue;
    behind = origin.start + origin.value.length;
    pieces.push({ type: "text", value: value.slice(done, at) });
    pieces.push(markAround(origin, { type: "text", value: origin.value }));
    done = at + origin.value.length;
  }
  pieces.push({ type: "text", value: value.slice(done) });
  return pieces.filter((piece) => piece.type !== "text" || piece.value !== "");
}

/** Where `wanted` stands in the text from a place on, past those of its like that `before` holds; -1: nowhere. */
function placeOf(wanted: string, text: string, from: number, before: string): number {
  let at = text.indexOf(wanted, from);
  for (let like = before.indexOf(wanted); like !== -1 && at !== -1; ) {
    like = before.indexOf(wanted, like + wanted.length);
    at = text.indexOf(wanted, at + wanted.length);
  }
  return at;
}

/** Without a node: the mark alone. */
function markAround({ number }: Numbered, node?: MarkdownNode): MarkdownNode {
  return {
    type: "origin",
    data: { hName: "mark", hProperties: { origin: number } },
    children: node ? [node] : [],
  };
}
