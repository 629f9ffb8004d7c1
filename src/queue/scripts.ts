import type { Redis } from 'ioredis';

// Reads that give nothing of what is larger than it may be: whoever can write to Redis must not fill this process.

const TEXT = `
if redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[1]) then return false end
return redis.call('GET', KEYS[1])`;

const FIELDS = `
local found = {}
for i = 2, #ARGV do
  local length = redis.call('HSTRLEN', KEYS[1], ARGV[i])
  found[i - 1] = length <= tonumber(ARGV[1]) and redis.call('HGET', KEYS[1], ARGV[i]) or false
end
return found`;

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The text of a key; undefined where there is none, or one of more bytes than it may have. */
export const boundedText = async (redis: Redis, key: string, most: number): Promise<string | undefined> =>
  textOr(await redis.eval(TEXT, 1, key, most));

/** Bytes of a key, in the same way. */
export const boundedBytes = async (redis: Redis, key: string, most: number): Promise<Buffer | undefined> => {
  if ((await redis.strlen(key)) > most) return undefined;
  return (await redis.getBuffer(key)) ?? undefined;
};

/** Fields of a hash, in the same way. */
export const boundedFields = async (
  redis: Redis,
  key: string,
  most: number,
  fields: readonly string[],
): Promise<readonly (string | undefined)[]> => {
  const found: unknown = await redis.eval(FIELDS, 1, key, most, ...fields);
  return fields.map((_, i) => (Array.isArray(found) ? textOr(found[i]) : undefined));
};

/** Keys by a pattern, at most so many. */
export const keysLike = async (redis: Redis, pattern: string, most: number): Promise<readonly string[]> => {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
    for (const key of keys) if (found.size < most) found.add(key);
    cursor = next;
  } while (cursor !== '0' && found.size < most);
  return [...found].sort();
};
