import type { JourneyDraft } from './pen.ts';

/** Told to who comes to a segment of people of whom a fact is known. */
function ofThose(key: string, segment: string, again: string): JourneyDraft {
  return {
    key,
    write: ({ message, opens }) => ({
      category: 'marketing',
      topic: 'offers',
      weight: 40,
      when: { segment, at: '12:00' },
      again,
      goal: 'purchase',
      steps: [message('text', { buttons: [[opens('human'), opens('later')]], goodFor: '5d' })],
    }),
  };
}

/** Offers by what is known of a customer: two examples to be written anew for the goods of a shop. */
export const known: readonly JourneyDraft[] = [
  ofThose('child_grows', 'fact.child_age>=3 and fact.child_age<4', 'once'),
  ofThose('pet_owner', 'fact.pet in (dog, cat)', '90d'),
];
