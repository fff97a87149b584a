/** In-store EAN-13 range: numbers beginning with 29 are never printed on goods (GS1 General Specifications, 1.4). */
const prefix = '29';

/** The GS1 check digit of `digits`: weights 3 and 1 from the right, to the next ten. */
export function checkDigit(digits: string): number {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 ? 1 : 3), 0);
  return (10 - (sum % 10)) % 10;
}

/** A card number: 13 digits that any till scans as EAN-13. `random` returns [0, 1). */
export function newCardNumber(random: () => number): string {
  const body = prefix + String(Math.floor(random() * 1e10)).padStart(10, '0');
  return body + checkDigit(body);
}

/** Whether `text` is 13 digits with a right check digit. */
export function isCardNumber(text: string): boolean {
  return /^\d{13}$/.test(text) && checkDigit(text.slice(0, 12)) === Number(text[12]);
}
