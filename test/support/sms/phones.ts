/** An SMS as it stands on somebody's phone. */
export interface SeenSms {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
}

/** How a provider goes wrong, for the next SMS. */
export type SmsFault = 'blocked' | 'slow_down' | 'failed';

/** Numbers that exist, what they got, and what goes wrong next. */
export interface Phones {
  readonly seen: SeenSms[];
  readonly faults: SmsFault[];
  exists(phone: string): boolean;
}

/** Every mobile number of Ukraine exists, and no other. */
export function createPhones(): Phones {
  return { seen: [], faults: [], exists: (phone) => /^\+380\d{9}$/.test(phone) };
}
