/** What mails say without meaning it: closings, the sender's name, the line that a phone adds. Pure. */
import type { Mailbox } from "./inbound.ts";

/** The line that a mail program adds of itself: who made it, and that it was sent. */
const program =
  /i(?:phone|pad|pod|os)\b|android|outlook|samsung|galaxy|blackberry|windows|yahoo|gmail|proton|k-9|thunderbird|huawei|xiaomi|\bhtc\b|nokia|mailbox|airmail|spark\b|bluemail|typeapp|mobil|smartphone|\bphone\b|device/i;
const sent =
  /\b(?:sent|gesendet|enviad[oa]|inviat[oa]|verzonden|verstuurd|skickat|sendt|trimis|dikirim)\b|envoyé|wysłan|отправлено|надіслано|lähetetty|odesláno|elküldve|gönderil|送信|傳送|发自|發自|发送|發送|보냄|보낸|أرسل|được gửi|ส่งจาก/iu;
const outlookApp = /outlook.{1,12}\b(?:ios|android)\b|\b(?:ios|android)\b.{1,12}outlook/i;

/** `Sent from my iPhone` and its like, in several languages; false for anything that a person may have meant. */
export function isProgramLine(line: string): boolean {
  const words = line.replace(/<[^<>]*>|https?:\S+/g, " ").trim();
  if (words.length > 70 || words.split(/\s+/).length > 9 || /[?,]/.test(words)) return false;
  return (program.test(words) && sent.test(words)) || outlookApp.test(words);
}

const closing =
  /^(?:(?:best|kind|warm|many)? ?(?:regards|wishes|thanks)|thank you|thx|cheers|best|sincerely|br|viele grüße|liebe grüße|beste grüße|schöne grüße|mit freundlichen grüßen|freundliche grüße|gruß|grüße|danke|vielen dank|mfg|vg|lg|cordialement|bien à vous|merci|saludos|un saludo|gracias|saluti|cordiali saluti|grazie|met vriendelijke groet(?:en)?|groet(?:en|jes)?|bedankt|dank|mvh|(?:med )?vänliga? hälsning(?:ar)?|(?:med )?venlig hilsen|hilsen|tak|tack|pozdrawiam|pozdrowienia|dziękuję|z poważaniem|atenciosamente|obrigad[oa]|abraços?|с уважением|спасибо|よろしくお願いします|よろしくお願いいたします|ありがとうございます|敬具|谢谢|謝謝|此致|감사합니다|تحياتي|مع تحياتي|شكرا)[\s,.!。！،]*(?:\p{Lu}\p{L}*\.?\s*){0,3}$/iu;
const MAX_LINES = 6;
const MAX_LENGTH = 60;

/** Nothing but a closing and a name: nothing that could change what stands above it. */
export function isCourtesy(lines: readonly string[], from: readonly Mailbox[]): boolean {
  const rest = lines.map((line) => line.trim()).filter((line) => line !== "" && !isProgramLine(line));
  const [first] = rest;
  if (first === undefined) return true;
  if (rest.length > MAX_LINES || rest.some((line) => line.length > MAX_LENGTH)) return false;
  if (isNamed(rest[0] ?? "", from)) return rest.length === 1;
  if (closing.test(first)) return rest.slice(1).every((line) => isNamed(line, from) || isBare(line));
  return rest.length === 2 && first.endsWith(",") && isNamed(rest[1] ?? "", from);
}

/** A name or a title: up to four words that begin large, without the punctuation of a sentence. */
function isBare(line: string): boolean {
  const words = line.split(/\s+/);
  return words.length <= 4 && !/[.?!:;]$/.test(line) && words.every((word) => /^\P{Ll}/u.test(word));
}

/** `Dana`, `-Dana`, `Dana Example`, `dana` of dana@example.com. */
function isNamed(line: string, from: readonly Mailbox[]): boolean {
  const words = wordsOf(line);
  const known = from.flatMap(({ name, address }) => wordsOf(`${name} ${address.split("@")[0] ?? ""}`));
  return words.length > 0 && words.length <= 4 && words.every((word) => known.includes(word));
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
