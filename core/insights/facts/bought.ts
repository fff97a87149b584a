/** One line of a receipt with what the shop told about the product. */
export interface BoughtLine {
  readonly sku: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly brand: string | null;
  /** As the shop gave them: texts, numbers, yes or no, or lists of those. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A receipt as facts are inferred from it: the day and time are the shop's own. Lines brought back are left out. */
export interface Bought {
  /** Days since 1970. */
  readonly day: number;
  /** From 1 (Monday) to 7. */
  readonly weekday: number;
  readonly hour: number;
  readonly store: string | null;
  readonly lines: readonly BoughtLine[];
}

/** When something was bought, from what the shop's clock showed (epoch milliseconds of the same figures in UTC). */
export function boughtWhen(localAt: number): Pick<Bought, 'day' | 'weekday' | 'hour'> {
  const day = Math.floor(localAt / 86_400_000);
  // The first day of 1970 was a Thursday.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  return { day, weekday, hour: Math.floor(localAt / 3_600_000) - day * 24 };
}

/** The texts of an attribute; none where it is missing or says nothing. */
export function attributeTexts({ attributes }: BoughtLine, name: string): readonly string[] {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return (Array.isArray(value) ? value : [value])
    .filter((one) => typeof one === 'string' || typeof one === 'number')
    .map((one) => String(one).trim())
    .filter((text) => text !== '');
}

/** What a product is called where people read it. */
export function productName({ name, sku }: BoughtLine): string {
  return name ?? sku;
}
