/** Closes an exhaustive switch: a new member of the union stops compiling here. */
export function never(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
