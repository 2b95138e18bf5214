/** What a person wrote, out of what their client sent: in the ways that clients really quote. */
import { describe, expect, test } from "vitest";
import { htmlToText } from "../../../adapters/email/html.ts";
import { stripReply } from "../../../adapters/email/strip.ts";

/** What is ours in these replies. */
const belay = { address: "agent@b.example", name: "Belay" };

const table: [string, string, string][] = [
  ["nothing quoted", "v1.2.4", "v1.2.4"],
  ["Gmail, top", "yes\n\nOn Fri, Nov 20, 2026 at 9:58 AM Belay <a@b.example> wrote:\n\n> q\n> q", "yes"],
  [
    "Gmail, wrapped attribution",
    "yes\n\nOn Fri, Nov 20, 2026 at 9:58 AM Belay\n<agent+token@b.example>\nwrote:\n> q",
    "yes",
  ],
  ["bottom", "On 20.11.26 09:58, Belay wrote:\n> q\n\nyes", "yes"],
  ["between the lines", "On 20.11.26 09:58, Belay wrote:\n> first?\n\none\n\n> second?\n\ntwo", "one\n\ntwo"],
  ["quote without marks", "yes\n\nOn 20.11.26 09:58, Belay wrote:\nq\nq", "yes"],
  ["Outlook", "yes\n\nFrom: Belay\nSent: Friday\nTo: Dana\nSubject: q\n\nq", "yes"],
  [
    "Outlook with a line",
    "yes\n\n________________________________\nFrom: Belay\nSent: Friday\nTo: Dana\nSubject: q",
    "yes",
  ],
  ["Outlook, bold", "yes\n\n*From:* Belay\n*Sent:* Friday\n*To:* Dana\n\nq", "yes"],
  ["Outlook, German", "ja\n\nVon: Belay\nGesendet: Freitag\nAn: Dana\nBetreff: q\n\nq", "ja"],
  ["Outlook, French", "oui\n\nDe : Belay\nDe: Belay\nEnvoyé: vendredi\nÀ: Dana\nObjet: q", "oui"],
  ["-----Original Message-----", "yes\n-----Original Message-----\nq", "yes"],
  ["German attribution", "ja\n\nAm 20.11.2026 um 09:58 schrieb Belay:\n> q", "ja"],
  ["French attribution", "oui\n\nLe ven. 20 nov. 2026 à 09:58, Belay a écrit :\n> q", "oui"],
  ["Spanish attribution", "sí\n\nEl vie, 20 nov 2026 a las 9:58, Belay escribió:\n> q", "sí"],
  ["signature", "yes\n-- \nDana\nPayments", "yes"],
  ["signature without its space", "yes\n--\nDana", "yes"],
  ["phone", "yes\n\nSent from my iPhone", "yes"],
  ["Outlook on a phone", "yes\n\nGet Outlook for iOS", "yes"],
  ["only a quote", "> q\n> q", ""],
  ["only an attribution and a quote", "On Fri, Nov 20, 2026, Belay wrote:\n> q", ""],
  ["CRLF", "yes\r\n\r\nOn 20.11.26, Belay wrote:\r\n> q\r\n", "yes"],
  [
    "words that look like an attribution inside a sentence",
    "On Monday we wrote: nothing",
    "On Monday we wrote: nothing",
  ],
  [
    "a From that starts no header block",
    "From: here to there is a mile.\nYes.",
    "From: here to there is a mile.\nYes.",
  ],
  [
    "own words that end with a colon, and all below",
    "On the staging host I wrote:\n\nrm -rf /tmp/x\n\nPlease undo it.",
    "On the staging host I wrote:\n\nrm -rf /tmp/x\n\nPlease undo it.",
  ],
  [
    "own words with a date that end with a colon, and all below",
    "On 2026-11-20 at 09:58 I saw this:\n\nerror 500",
    "On 2026-11-20 at 09:58 I saw this:\n\nerror 500",
  ],
  [
    "own lines with labels",
    "Host: staging\nUser: bob@example.com\nSince: 2026-11-20 10:00\n\nPlease check.",
    "Host: staging\nUser: bob@example.com\nSince: 2026-11-20 10:00\n\nPlease check.",
  ],
  [
    "own headings",
    "---- staging ----\nfoo\n---- production ----\nbar",
    "---- staging ----\nfoo\n---- production ----\nbar",
  ],
  ["a closing is the person's own", "yes\n\nBest regards,\nDana", "yes\n\nBest regards,\nDana"],
  [
    "words about a phone",
    "a\n\nIt was sent from my iPhone app, I think.",
    "a\n\nIt was sent from my iPhone app, I think.",
  ],
  [
    "our token in a form that nobody knows",
    "yes\n\nre agent+0123456789abcdef0123456789abcdef@b.example\nq",
    "yes",
  ],
  [
    "a quote whose long lines were broken",
    "yes\n\nOn 20.11.26 09:58, Belay wrote:\n> Which of the many environments that we have shall I restart, the one\nfor staging or\n> the other?",
    "yes",
  ],
  ["a dash list", "- one\n- two\n--- three", "- one\n- two\n--- three"],
];

describe("replies", () => {
  test.each(table)("%s", (_, text, own) => {
    expect(stripReply(text, belay).own).toBe(own);
  });

  test("what is taken out is kept as quoted", () => {
    const { quoted } = stripReply("yes\n\nOn 20.11.26, Belay wrote:\n> the question\n");
    expect(quoted).toContain("> the question");
  });
});

describe("HTML", () => {
  test.each([
    ["<p>one</p><p>two</p>", "one\ntwo"],
    ["a<br>b", "a\nb"],
    ["<b>x</b> &amp; &lt;y&gt; &#252; &#x20AC;&nbsp;&unknown;", "x & <y> ü € &unknown;"],
    ["<style>p{}</style><script>alert('<p>')</script>shown<!-- <p>not -->", "shown"],
    ["yes<blockquote>q<blockquote>older</blockquote></blockquote>", "yes\n> q\n> > older"],
    ["<div>unclosed <b", "unclosed"],
    ["&#0;&#9999999;ok", "\ufffd\ufffdok"],
    ["<html><head><meta charset=x><style>a{}</style><p>hello</p>", "hello"],
    ["<head><title>t</title><body>hello", "hello"],
    ["<table><tr><td>Hosts</td><td>40</td></tr><tr><td>CPU<td>3</table>", "Hosts\t40\nCPU\t3"],
    ["<pre>one\n  two\n\nthree</pre>", "one\n  two\n\nthree"],
    ["don&rsquo;t &hellip; &copy &Eacute;&euro;", "don’t … © É€"],
    ["<ol><li>a<li>b</ol><ul><li>x</ul>", "1. a\n2. b\n- x"],
    ['<div style="display:none">unseen</div>seen', "seen"],
    ["<div>a <b>b</b>c</div><div><br></div><p>&nbsp;</p><div>d</div>", "a bc\n\n\nd"],
    [
      'yes<div class="gmail_quote"><div class="gmail_attr">Den fre. skrev:</div></div>',
      "yes\n> Den fre. skrev:",
    ],
    ['ja<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Od:</b> x</div>q', "ja\n> Od: x\n> q"],
    ['ja<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>Od: x</p></div>q', "ja\n> Od: x\n> q"],
  ])("%s", (html, text) => {
    expect(htmlToText(html).trim()).toBe(text);
  });

  test.each(["div", "blockquote", "p><b"])("of too many <%s> in each other is refused", (tag) => {
    expect(() => htmlToText(`<${tag}>`.repeat(50_000))).toThrow("more than 1000 elements in each other");
  });
});
