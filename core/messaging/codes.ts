import type { CodeRules } from '../customers/one_time_code.ts';
import { countryOfPhone } from '../customers/phone.ts';
import type { Program } from '../program/program.ts';
import { codeLimits } from '../program/rules.ts';
import { priceOf } from './price.ts';
import type { MessagingRules } from './rules.ts';

/**
 * What `program` says about one-time codes where these channels are. SMS carry them where the program lists SMS for
 * codes, to numbers of its own country and of those that its prices name: elsewhere an SMS may cost anything.
 */
export function codeRules(program: Program, channels: MessagingRules['channels'] | undefined): CodeRules {
  const { country: own, prices, cascades } = program;
  const bySms = channels?.has('sms') && cascades.code.steps.some(({ channel }) => channel === 'sms');
  return {
    limits: codeLimits(program),
    smsPrice(phone) {
      const country = countryOfPhone(phone);
      if (!bySms || country === undefined) return undefined;
      if (country !== own && !Object.hasOwn(prices.sms?.countries ?? {}, country)) return undefined;
      return priceOf({ channel: 'sms', category: 'code', country }, prices) ?? 0;
    },
  };
}
