import ipaddr from 'ipaddr.js';

/** What of the IPv6 space is given to networks that anybody can reach: 2000::/3 (RFC 4291, section 2.4). */
const GLOBAL_UNICAST = 0x2000;
const ITS_BITS = 0xe000;

/**
 * Whether an address is one of the public internet. Everything else is refused: private, shared, link-local, loopback, multicast,
 * documentation and benchmarking ranges, and IPv6 addresses that carry an IPv4 one (mapped, NAT64, 6to4, Teredo), behind which
 * any of these could stand.
 */
export const isPublic = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || ((parsed.parts[0] as number) & ITS_BITS) === GLOBAL_UNICAST;
};
