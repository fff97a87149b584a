import { invariant } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import type { Program } from '../program/program.ts';
import { shareOf } from '../segments/share.ts';
import type { JourneyDefinition, MessageDefinition, StepDefinition } from './definition.ts';

/** What of a journey decides whom it leaves out to compare with, and who gets which variant. */
type Drawn = Pick<JourneyDefinition, 'key' | 'category' | 'control' | 'steps'>;

/** What a message step says, in one variant or several. */
type StepMessage = Extract<StepDefinition, { readonly message: unknown }>['message'];

/** The salt of those who never get offers of journeys or campaigns. */
const holdoutSalt = 'holdout';

/**
 * Which variant a customer gets of a journey: the same one every time. `holdout`: the customer never gets offers;
 * `control`: is kept apart on this journey. The others are divided equally over the variants, `a` where there are none.
 */
export function armOf(customerId: CustomerId, journey: Drawn, { proof }: Pick<Program, 'proof'>): string {
  const isOffer = journey.category === 'marketing';
  if (isOffer && shareOf(customerId, holdoutSalt) * 100 < proof.holdout_percent) return 'holdout';
  const control = journey.control ?? (isOffer ? proof.control_percent : 0);
  const share = shareOf(customerId, journey.key) * 100;
  if (share < control) return 'control';
  const variants = variantsOf(journey);
  const place = Math.floor(((share - control) / (100 - control)) * variants.length);
  return variants[place] ?? 'a';
}

/** Whether those of an arm get nothing. */
export function isKeptApart(arm: string): boolean {
  return arm === 'holdout' || arm === 'control';
}

/** The variants of all messages of a journey, in order; `a` alone where there are none. */
export function variantsOf({ steps }: Pick<JourneyDefinition, 'steps'>): readonly string[] {
  const letters = [...new Set(steps.flatMap(lettersIn))].sort();
  return letters.length > 0 ? letters : ['a'];
}

/** What is said to an arm; an arm that this message has no variant for gets the first. */
export function variantOf(message: StepMessage, arm: string): MessageDefinition {
  if (!('variants' in message)) return message;
  const [first = ''] = Object.keys(message.variants).sort();
  const variant = message.variants[arm] ?? message.variants[first];
  invariant(variant, 'a message with variants has one');
  return variant;
}

function lettersIn(step: StepDefinition): readonly string[] {
  if ('if' in step) return [...step.do, ...(step.else ?? [])].flatMap(lettersIn);
  return 'message' in step && 'variants' in step.message ? Object.keys(step.message.variants) : [];
}
