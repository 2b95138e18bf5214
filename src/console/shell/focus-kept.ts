/**
 * Keeps the keyboard's place when what has the focus goes away. A card that is settled hands it to the card that now
 * stands in its place; without one, and on another page, the heading gets it. The body never does: a screen reader
 * would begin at the top, and the next Tab too.
 */
import { useEffect } from "react";

interface Held {
  element: HTMLElement;
  /** From the element outwards, as it stood. */
  path: HTMLElement[];
  /** The place of its card among all; -1: it stood in none. */
  card: number;
}

const cardsNow = () => [...document.querySelectorAll<HTMLElement>(".card")];

export function useFocusKept(): void {
  useEffect(() => {
    let held: Held | null = null;
    const hold = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement) held = heldAt(target);
    };
    const release = ({ target }: PointerEvent) => {
      // A press beside everything is meant to leave.
      if (target instanceof Node && !held?.element.contains(target)) held = null;
    };
    const look = () => {
      if (held === null || isThere(held.element)) return;
      const { activeElement } = document;
      if (activeElement !== document.body && activeElement !== held.element) return;
      if (focusOn(heirOf(held))) held = null;
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-at"] });
    document.addEventListener("focusin", hold);
    document.addEventListener("pointerdown", release);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", hold);
      document.removeEventListener("pointerdown", release);
    };
  }, []);
}

function heldAt(element: HTMLElement): Held {
  const path: HTMLElement[] = [];
  for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) path.push(at);
  const card = element.closest<HTMLElement>(".card");
  return { element, path, card: card === null ? -1 : cardsNow().indexOf(card) };
}

/** On a small screen the list is still there when a page covers it, and can't have the focus. */
function isThere(element: HTMLElement): boolean {
  return element.isConnected && element.closest(".shell")?.getAttribute("data-at") !== hidingAt(element);
}

function hidingAt(element: HTMLElement): string | null {
  const part = element.closest<HTMLElement>(".sidebar, .main");
  if (part === null || getComputedStyle(part).display !== "none") return null;
  return element.closest(".shell")?.getAttribute("data-at") ?? null;
}

function heirOf({ path, card }: Held): HTMLElement | null {
  const same = path.find((element) => element.isConnected && element.matches(".card"));
  const cards = cardsNow();
  const next = card === -1 ? undefined : (cards[card] ?? cards[0]);
  return same ?? next ?? document.querySelector<HTMLElement>("#part h1, .login h1");
}

function focusOn(heir: HTMLElement | null): boolean {
  if (heir === null) return false;
  if (!heir.hasAttribute("tabindex")) heir.tabIndex = -1;
  heir.focus({ preventScroll: heir.matches("h1") });
  return document.activeElement === heir;
}
