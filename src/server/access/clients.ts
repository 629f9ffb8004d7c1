import ipaddr from 'ipaddr.js';
import type { Caller } from './authorise.js';

/** Whose requests are counted together: those of a token, or of a network that one client has. */
export const clientKey = (caller: Caller | undefined, address: string): string =>
  caller === undefined || caller.token === undefined ? `at ${networkOf(address)}` : `token ${caller.token}`;

/** An address as it counts: of IPv6 the first 64 bits, which one client has to itself. */
const networkOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
};
