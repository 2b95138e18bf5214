/** Tool calls of a Chat answer, put together from the pieces of a stream. */
import { type Extras, extrasOf, withExtras } from "./extras.ts";
import { argumentsOf, isObject, isWholeObject, nameOf } from "./shapes.ts";

/** A call while its pieces arrive; `args` is the JSON so far. */
export interface PartialCall {
  /** Empty until the server names one; some never do. */
  id: string;
  index: number | null;
  tool: string;
  args: string;
  /** Fields that the API does not know, of the call and of its function: they may have to go back. */
  extras: Extras;
  functionExtras: Extras;
}

const knownOfCall: ReadonlySet<string> = new Set(["id", "index", "type", "function"]);
const knownOfFunction: ReadonlySet<string> = new Set(["name", "arguments"]);

function pieceOf(delta: unknown): PartialCall {
  const call = isObject(delta) ? delta : {};
  const called = isObject(call.function) ? call.function : {};
  return {
    id: nameOf(call.id),
    index: typeof call.index === "number" ? call.index : null,
    tool: nameOf(called.name),
    args: argumentsOf(called.arguments),
    extras: extrasOf(call, knownOfCall),
    functionExtras: extrasOf(called, knownOfFunction),
  };
}

/**
 * A piece belongs to the call with its index. Servers differ: some omit the index (then the id decides, or else it
 * continues the last call), some give every call of an answer index 0, with ids of their own or none, some repeat
 * id and name in each piece.
 */
export function withDeltas(
  calls: readonly PartialCall[],
  deltas: readonly unknown[],
): readonly PartialCall[] {
  return deltas
    .map(pieceOf)
    .reduce((before, piece) => withPiece(before, positionOf(before, piece), piece), calls);
}

/** The calls of an answer that came whole: each is one, whatever it is numbered. */
export function wholeCalls(calls: readonly unknown[]): readonly PartialCall[] {
  return calls.map(pieceOf);
}

function withPiece(calls: readonly PartialCall[], at: number, piece: PartialCall): readonly PartialCall[] {
  const former = calls[at];
  if (!former) return [...calls, piece];
  return calls.with(at, {
    id: former.id || piece.id,
    index: former.index,
    tool: former.tool || piece.tool,
    args: isPlaceholder(former, piece) ? piece.args : former.args + piece.args,
    extras: withExtras(former.extras, piece.extras),
    functionExtras: withExtras(former.functionExtras, piece.functionExtras),
  });
}

function positionOf(calls: readonly PartialCall[], piece: PartialCall): number {
  const found =
    piece.index === null
      ? calls.findLastIndex((call) => !piece.id || call.id === piece.id)
      : calls.findLastIndex((call) => call.index === piece.index);
  const call = calls[found];
  return call && !isAnother(call, piece) ? found : calls.length;
}

/** A name that comes with an id of its own, or with arguments when those before are whole, begins a call. */
function isAnother(call: PartialCall, piece: PartialCall): boolean {
  if (!piece.tool) return false;
  if (piece.id && call.id) return piece.id !== call.id;
  return isWholeObject(call.args) && piece.args.trimStart().startsWith("{");
}

/** Some servers begin with `{}` and send the arguments themselves afterwards. */
function isPlaceholder(call: PartialCall, piece: PartialCall): boolean {
  return call.args === "{}" && !piece.tool && piece.args.trimStart().startsWith("{");
}
