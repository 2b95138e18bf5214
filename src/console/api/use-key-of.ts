/** Keys of what a person does here: the same thing tried again is sent under the same key, and so done once. */
import { useRef } from "react";
import { newKey } from "./calls.ts";

/** The key of an attempt, by the words that tell it from another one. */
export type KeyOf = (words: string) => string;

/** One attempt at a time: other words are another one. */
export function useKeyOf(): KeyOf {
  const attempt = useRef({ words: "", key: newKey() });
  return (words) => {
    if (attempt.current.words !== words) attempt.current = { words, key: newKey() };
    return attempt.current.key;
  };
}
