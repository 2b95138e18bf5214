/** What somebody has typed and not sent: it survives the end of the session, a reload and the way back. */
import { useState } from "react";

const prefix = "belay-draft ";
/** Under this name stands whose they are. */
const writer = "belay-drafts-of";

/** `place` names the field for as long as the component lives. An empty text forgets the draft. */
export function useDraft(place: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => readDraft(place));
  return [
    text,
    (next) => {
      setText(next);
      writeDraft(place, next);
    },
  ];
}

function readDraft(place: string): string {
  try {
    return sessionStorage.getItem(prefix + place) ?? "";
  } catch {
    return "";
  }
}

function writeDraft(place: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(prefix + place);
    else sessionStorage.setItem(prefix + place, text);
  } catch {
    // Without storage a draft lasts as long as its field.
  }
}

/** Who logs in after the end of their session finds their drafts; anybody else finds none of them. */
export function keepDraftsOf(principal: string): void {
  try {
    const former = sessionStorage.getItem(writer);
    if (former !== null && former !== principal) forgetDrafts();
    sessionStorage.setItem(writer, principal);
  } catch {
    // There is no storage, hence nothing in it.
  }
}

/** Whoever logs out on purpose leaves nothing behind in this tab. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(prefix)) sessionStorage.removeItem(key);
    }
  } catch {
    // There is no storage, hence nothing in it.
  }
}
