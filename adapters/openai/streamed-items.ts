/** Gathers the items of a Responses stream, so that nothing the model chose is lost, however a server sends it. */
import { argumentsOf, isObject, nameOf, textOf } from "./shapes.ts";

/** An event or an output item, as the server sent it. */
export type Item = Record<string, unknown>;

/** An item that was begun, with the pieces of its text or arguments: some servers send it in no other way. */
interface Begun {
  place: unknown;
  item: Item;
  pieces: string;
}

/** One for each answer. An item that was never said to be done is put together from its pieces. */
export class StreamedItems {
  readonly #done: { place: unknown; item: Item }[] = [];
  #begun: Begun[] = [];

  /** Items are taken as each is done, in that order: earlier copies may lack the encrypted reasoning. */
  hear(event: Item): void {
    switch (event.type) {
      case "response.output_item.added":
        if (isObject(event.item))
          this.#begun.push({ place: event.output_index, item: event.item, pieces: "" });
        break;
      case "response.output_item.done":
        if (isObject(event.item)) this.#finish(event.output_index, event.item);
        break;
      case "response.output_text.delta":
        this.#pieceOf(event, "message").pieces += textOf(event.delta);
        break;
      case "response.function_call_arguments.delta":
        this.#pieceOf(event, "function_call").pieces += argumentsOf(event.delta);
        break;
      case "response.function_call_arguments.done":
        this.#pieceOf(event, "function_call").pieces = argumentsOf(event.arguments);
        break;
      default:
      // Other deltas, and event types of later days: the finished items say it all.
    }
  }

  /** All that was sent, once each. `listed`: what the terminal event lists; it wins where it has more. */
  all(listed: readonly Item[]): Item[] {
    const done = this.#done.map(({ item }) => item);
    const isMoreListed = listed.length > done.length;
    // A list tells less of an item than its own event does.
    const told = listed.map((item) => done.find((one) => isSameId(one, item)) ?? item);
    const [items, others] = isMoreListed ? [told, done] : [done, listed];
    const missed = others.filter((item) => nameOf(item.call_id) !== "" && isMissing(item, items));
    const gathered = [...items, ...missed];
    const begun = this.#begun.map(asItem).filter((item) => item !== null);
    return [...gathered, ...begun.filter((item) => isMissing(item, gathered))];
  }

  #pieceOf(event: Item, type: string): Begun {
    const id = nameOf(event.item_id);
    const known = this.#begun.findLast(({ place, item }) =>
      id && nameOf(item.id) ? item.id === id : place === event.output_index && item.type === type,
    );
    if (known) return known;
    const item = { type, id, name: nameOf(event.name) };
    const begun: Begun = { place: event.output_index, item, pieces: "" };
    this.#begun.push(begun);
    return begun;
  }

  /** Some servers give every item the same place: only the very same item replaces what was sent before. */
  #finish(place: unknown, item: Item): void {
    const isIt = (one: { place: unknown; item: Item }) =>
      one.place === place && one.item.type === item.type && hasIdentity(item) && isSame(one.item, item);
    const at = this.#done.findIndex(isIt);
    if (at < 0) this.#done.push({ place, item });
    else this.#done[at] = { place, item };
    const begun = this.#begun.findIndex((one) => isSame(one.item, item) || one.place === place);
    if (begun >= 0) this.#begun = this.#begun.toSpliced(begun, 1);
  }
}

function asItem({ item, pieces }: Begun): Item | null {
  if (item.type === "function_call") return { ...item, arguments: pieces || item.arguments };
  if (item.type !== "message" || pieces === "") return null;
  return { ...item, role: "assistant", content: [{ type: "output_text", text: pieces, annotations: [] }] };
}

function hasIdentity(item: Item): boolean {
  return nameOf(item.id) !== "" || nameOf(item.call_id) !== "";
}

function isSame(one: Item, other: Item): boolean {
  return nameOf(one.id) === nameOf(other.id) && nameOf(one.call_id) === nameOf(other.call_id);
}

function isSameId(one: Item, other: Item): boolean {
  return nameOf(other.id) !== "" && nameOf(one.id) === nameOf(other.id);
}

/** Of messages one is enough: servers that send no finished one list it at the end, if at all. */
function isMissing(item: Item, among: readonly Item[]): boolean {
  if (item.type !== "function_call") return !among.some(({ type }) => type === item.type);
  const id = nameOf(item.call_id);
  return !among.some((one) => (id ? nameOf(one.call_id) === id : isSameId(item, one)));
}
