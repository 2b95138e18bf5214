/**
 * Names that everybody knows, and that look like values: of standards, of products, of the first few of anything, and
 * idioms. Nobody has to have said them. Each is whole and listed, with what may follow it: UTF-9, TLS 1.4, the 41st,
 * `utf-8.example` and `k8s-prod` are values.
 */

/** Of each the versions and sizes that there are. */
const standards = [
  /UTF-?(?:8|16|32)|UCS-?2|ISO[- ]8859-1|Latin-1|Base(?:32|58|64)(?:url)?/,
  /IPv[46]|HTTP\/(?:1\.[01]|2(?:\.0)?|3)|HTTP 1\.[01]|TLS ?v?1\.[0-3]|SSL ?v?3(?:\.0)?|WiFi ?[4-7]/,
  /SHA-?(?:1|2|3|224|256|384|512)|MD5|AES-?(?:128|192|256)|Ed25519|X25519|X\.509|PKCS ?#?(?:1|7|8|11|12)/,
  /OAuth ?(?:1\.0a?|2(?:\.[01])?)|SAML ?2\.0|ES(?:5|6|20(?:1[5-9]|2[0-5]))|CSS ?3|HTML ?5/,
  /ISO ?(?:8601|27001|9001)|SOC ?2|S3|EC2|K8s|[ia]1[18]n|l10n|a11y|E2E|B2B|B2C|H\.26[45]|MP[34]/,
  /x86(?:_64)?|x64|amd64|arm64|aarch64|i[36]86|(?:8|16|32|64|128)-bit|2FA|[1-5]xx/,
];
const idioms = [/24\/7(?:\/365)?|24x7/, /1st|2nd|3rd|[4-9]th/, /[QH][1-4]/];
const products = [
  /GitHub|GitLab|BitBucket|JavaScript|TypeScript|CoffeeScript|PowerShell|OpenTelemetry|OpenSearch|OpenShift|OpenStack/,
  /PagerDuty|CloudFlare|CloudFront|CloudWatch|CloudFormation|BigQuery|DynamoDB|InfluxDB|ElasticSearch|ClickHouse/,
  /LinkedIn|YouTube|WhatsApp|PayPal|DevOps|FinOps|GitOps|FreeBSD|OpenBSD|macOS|iOS|WordPress|StackOverflow|WebSocket/,
];

/** UTF-8-encoded, S3-compatible, 3rd-party, 5xx-errors, AES-256-GCM, x86_64-unknown-linux-gnu. */
const endings = [
  /(?:en|de)coded|encrypted|hashed|signed|based|enabled|formatted|certified|protected|compatible|compliant|capable/,
  /aware|safe|native|specific|only|style|like|wide|party|parties|generation|degree|order|level|line|hand|class/,
  /errors?|rates?|responses?|tests?|gcm|cbc|ctr|unknown|pc|apple|linux|windows|darwin|gnu|musl|msvc/,
];

const sources = (patterns: readonly RegExp[]) => patterns.map(({ source }) => source).join("|");
const name = `(?:${sources([...standards, ...idioms])})`;
/** UTF-8-encoded, IPv4/IPv6. */
const known = new RegExp(`^(?:${name}(?:-(?:${sources(endings)})){0,3}(?:/(?=.)|$)){1,4}$`, "i");
/** TLS 1.3: the value alone is its end. */
const apart = new RegExp(`(?<![\\p{L}\\p{N}/._-])${name}$`, "iu");
const product = new RegExp(`^(?:${sources(products)})$`);
/** The longest word that stands before a version, and a space. */
const before = 8;

/** Whether the value that stands there (characters) is such a name, or the end of one. */
export function isCommonName(text: string, start: number, value: string): boolean {
  if (product.test(value) || known.test(value)) return true;
  if (!/^[\d.]/.test(value)) return false;
  const [found] = apart.exec(text.slice(Math.max(0, start - before), start + value.length)) ?? [];
  return found !== undefined && found.length > value.length;
}
