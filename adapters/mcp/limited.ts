/** Bounds an answer over HTTP: whole, or, of a stream that may go on for days, each event by itself. */
import { Transform } from "node:stream";

/** Of an answer, or of one event in a stream of them. */
const mostBytes = 16 * 1024 * 1024;
const boundary = /\r?\n\r?\n/;
/** An event may end in the middle of a piece, and its end lie in two of them. */
const longestBoundary = 4;

/** Ends with an Error once more than `most` bytes came at once. */
export function limited(isStream: boolean, most = mostBytes): Transform {
  let held = 0;
  let before = "";
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      held += piece.length;
      if (held > most) {
        done(new Error(`it sent more than ${most / 1024 / 1024} MB at once`));
        return;
      }
      if (isStream) {
        const text = before + piece.toString("latin1");
        if (boundary.test(text)) held = 0;
        before = held === 0 ? "" : text.slice(1 - longestBoundary);
      }
      done(null, piece);
    },
  });
}
