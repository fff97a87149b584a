import type { CountryCode } from 'libphonenumber-js';
import { parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * Reads a phone number as people write it and returns E.164, or undefined when it cannot be a number.
 * A national number is read in `country` (ISO 3166 alpha-2). Messengers send international digits without "+".
 */
export function parsePhone(text: string, country: string): string | undefined {
  const trimmed = text.trim();
  for (const candidate of [trimmed, `+${trimmed.replace(/\D/g, '')}`]) {
    const number = parsePhoneNumberFromString(candidate, country as CountryCode);
    if (number?.isValid()) return number.number;
  }
  return undefined;
}
