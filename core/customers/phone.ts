import type { CountryCode } from 'libphonenumber-js';
import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** Numbers read before: a shop's customers come again, and reading one takes as long as checking a whole purchase. */
const remembered = new Map<string, string>();
const rememberedLimit = 50_000;
const rememberedLength = 20;

/**
 * Reads a phone number as people write it and returns E.164, or undefined when it cannot be a number.
 * A national number is read in `country` (ISO 3166 alpha-2). Messengers send international digits without "+".
 */
export function parsePhone(text: string, country: string): string | undefined {
  if (text.length > rememberedLength) return readPhone(text.trim(), country);
  const key = `${country} ${text}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const read = readPhone(text.trim(), country);
  if (read === undefined) return undefined;
  if (remembered.size >= rememberedLimit) remembered.clear();
  remembered.set(key, read);
  return read;
}

/** The country a number (E.164) belongs to, ISO 3166 alpha-2; undefined where none is known for it. */
export function countryOfPhone(phone: string): string | undefined {
  return parsePhoneNumberFromString(phone)?.country;
}

function readPhone(text: string, country: string): string | undefined {
  for (const candidate of [text, `+${text.replace(/\D/g, '')}`]) {
    const number = parsePhoneNumberFromString(candidate, country as CountryCode);
    if (number?.isValid()) return number.number;
  }
  return undefined;
}
