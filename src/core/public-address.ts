/** Which network addresses may be spoken to: the rule that every outgoing request to a foreign URL is held to. */

/** Networks that are not the Internet: private, loopback, link-local, shared, reserved, and the host of a machine of Azure. */
const insideV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
].map(networkOf);

/** The same of IPv6, and all ways to write an IPv4 address in it: compatible, mapped, NAT64, 6to4, Teredo. */
const insideV6 = [
  "::/96",
  "::ffff:0:0/96",
  "::ffff:0:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2001::/32",
  "2002::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
].map(networkOf);

/** Where clouds give a machine its credentials: most of them on the link, then Alibaba, Azure and Oracle. */
const metadataV4 = ["169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"].map(
  networkOf,
);
/** AWS (a machine's, a pod's), Google, Oracle, Scaleway, Akamai, Alibaba, OpenStack. */
const metadataV6 = [
  ...["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42"],
  ...["fd00:a9fe:a9fe::1", "fd00:100::100:200", "fe80::a9fe:a9fe"],
].map((address) => networkOf(`${address}/128`));
/** Networks of IPv6 with an IPv4 address in them, and the first of the two groups that hold it. */
const embedded = (
  [
    ...["::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"].map(
      (net) => [net, 6] as const,
    ),
    ["2002::/16", 1],
  ] as const
).map(([network, at]) => ({ network: networkOf(network), at }));

/**
 * A public address, or for a host that is listed as private any but those where a cloud gives out credentials: no
 * listing means these. Of what is no plain address it is false, as of `isPublicAddress`.
 */
export function mayReach(address: string, isPrivate: boolean): boolean {
  if (!isPrivate) return isPublicAddress(address);
  // A look-up may name the way to a neighbour on the link, too: fe80::1%eth0.
  const parts = partsOf(address.replace(/%.*$/, ""));
  return parts !== null && !isMetadata(parts);
}

function isMetadata(parts: readonly number[]): boolean {
  if (parts.length === 4) return metadataV4.some((network) => holds(network, parts));
  const inner = embedded.find(({ network }) => holds(network, parts));
  const [high = 0, low = 0] = inner ? parts.slice(inner.at) : [];
  return (
    metadataV6.some((network) => holds(network, parts)) ||
    (inner !== undefined && isMetadata([high >> 8, high & 255, low >> 8, low & 255]))
  );
}

/**
 * Reachable from the Internet. What is no plain address (a name, a number, a zone) is not: a caller asks of what a
 * name was resolved to, or of a URL's own host.
 */
export function isPublicAddress(address: string): boolean {
  const parts = partsOf(address);
  if (parts === null) return false;
  return !(parts.length === 4 ? insideV4 : insideV6).some((network) => holds(network, parts));
}

/** An address, not a name that must be resolved first. Brackets of a URL's host are allowed. */
export function isAddress(host: string): boolean {
  return partsOf(withoutBrackets(host)) !== null;
}

/** A URL's host as `net.isIP` takes it: `[::1]` becomes `::1`, anything else stays. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

interface Network {
  parts: readonly number[];
  bits: number;
}

function networkOf(text: string): Network {
  const [address = "", bits] = text.split("/");
  const parts = partsOf(address);
  if (parts === null) throw new Error(`${text} is no network`);
  return { parts, bits: Number(bits) };
}

function holds({ parts, bits }: Network, address: readonly number[]): boolean {
  const width = parts.length === 4 ? 8 : 16;
  return parts.every((part, index) => {
    const free = Math.min(width, Math.max(0, (index + 1) * width - bits));
    return part >> free === (address[index] ?? 0) >> free;
  });
}

/** Four numbers of 8 bits, or eight of 16; null: no address. */
function partsOf(address: string): readonly number[] | null {
  return address.includes(":") ? partsOfV6(address) : partsOfV4(address);
}

function partsOfV4(address: string): readonly number[] | null {
  const parts = address.split(".");
  // A leading zero is octal to some and decimal to others.
  const isPlain = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part));
  return isPlain && parts.every((part) => Number(part) <= 255) ? parts.map(Number) : null;
}

function partsOfV6(address: string): readonly number[] | null {
  const halves = address.split("::");
  if (halves.length > 2) return null;
  const [front, back] = halves.map((side, index) => groupsOf(side, index === halves.length - 1));
  if (!front || back === null) return null;
  if (back === undefined) return front.length === 8 ? front : null;
  const missing = 8 - front.length - back.length;
  return missing >= 1 ? [...front, ...new Array<number>(missing).fill(0), ...back] : null;
}

/** The groups of one side of `::`; the last of an address may be written as one of IPv4. */
function groupsOf(side: string, isLast: boolean): readonly number[] | null {
  if (side === "") return [];
  const texts = side.split(":");
  const groups = texts.map((text, index) => {
    if (/^[0-9a-f]{1,4}$/i.test(text)) return [Number.parseInt(text, 16)];
    const [a, b, c, d] = (isLast && index === texts.length - 1 ? partsOfV4(text) : null) ?? [];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
    return [a * 256 + b, c * 256 + d];
  });
  return groups.includes(null) ? null : groups.flatMap((group) => group ?? []);
}

/** A host is not at an address that may be spoken to. */
export class AddressRefused extends Error {
  constructor(host: string, isPrivate: boolean) {
    super(
      isPrivate
        ? `${host} is at an address where a cloud gives out credentials, and is never spoken to`
        : `${host} is not at a public address`,
    );
    this.name = "AddressRefused";
  }
}

interface Resolved {
  address: string;
  family: number;
}

/** All addresses of a name. */
type Resolve<Options> = (
  hostname: string,
  options: Options,
  // Node gives no second argument where there is an error.
  done: (error: Error | null, addresses?: readonly Resolved[]) => void,
) => void;

/**
 * The same look-up, which gives no address of a name that has one that may not be reached (`mayReach`). As the `lookup` of a connection it is asked
 * where the connection is made, so that a name can't change its mind between check and use.
 */
export function reachableOnly<Options extends { all?: boolean | undefined }>(
  resolve: Resolve<Options>,
  isPrivate: boolean,
) {
  return (
    hostname: string,
    options: Options,
    answer: (error: Error | null, address: string | Resolved[], family?: number) => void,
  ): void =>
    resolve(hostname, options, (error, addresses = []) => {
      const [first] = addresses;
      if (error) answer(error, []);
      else if (!first || addresses.some(({ address }) => !mayReach(address, isPrivate))) {
        answer(new AddressRefused(hostname, isPrivate), []);
      } else if (options.all) answer(null, [...addresses]);
      else answer(null, first.address, first.family);
    });
}
