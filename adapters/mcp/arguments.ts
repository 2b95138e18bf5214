/** Arguments held to the JSON Schema of a foreign tool before anything is sent. */
import { createContext, Script } from "node:vm";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

/** What is wrong with the arguments, each with its path; null: nothing. Throws when the schema can't be used. */
export type ArgumentCheck = (input: unknown) => string | null;

/** The whole bot waits for a check, and the schema or the `pattern` of a stranger may take for ever. */
const longestMs = 500;

/** Throws an Error for a schema that can't be used: an unknown dialect, a reference that leads nowhere. */
export function argumentCheck(schema: Record<string, unknown>): ArgumentCheck {
  // One for each schema: `$id`s of different tools must not meet.
  const validator = new AjvJsonSchemaValidator();
  // What takes it the longest is to get ready, on a busy machine longer than the limit, and no stranger's doing.
  validator.getValidator({ type: "object" });
  const validate = bounded(() => validator.getValidator(schema));
  return (input) => {
    const found = bounded(() => validate(input));
    // The checker calls the whole of it `data`.
    return found.valid ? null : found.errorMessage.replaceAll(/\bdata(?=[/ ])/g, "input");
  };
}

/** Of what `argumentCheck` or its check threw, in words. */
export function whyUncheckable(error: unknown): string {
  // A schema that refers to itself without an end exhausts the stack.
  if (error instanceof RangeError) return "it refers to itself without an end";
  return String(error);
}

const script = new Script("work()");
const place = createContext({ work: () => {} });

/** Nothing but the engine's own limit ends a regular expression in the middle. Throws when the time is over. */
function bounded<T>(work: () => T): T {
  const results: T[] = [];
  place.work = () => void results.push(work());
  script.runInContext(place, { timeout: longestMs });
  const [result] = results;
  if (result === undefined) throw new Error("it came to no end");
  return result;
}
