/** A short sum over a stored event, by which damage is noticed when the event is read. */

/**
 * FNV-1a over UTF-16 code units, 32 bits. Each step is reversible, so that a change of one character always changes
 * the sum; anything else goes unnoticed once in four billion. It is no protection against somebody who means it.
 */
export function checksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  }
  return sum >>> 0;
}
