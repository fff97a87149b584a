import type { ConsentTexts } from '../core/customers/consents.ts';
import { translations } from './translations.ts';

/** Grows with every change of the consent texts, so that a record says which wording was agreed to. */
const version = 1;

/** The words a person agrees to, as the chats show them. */
export const consentTexts: ConsentTexts = (category, locale) => ({
  text: translations[locale].consent[category],
  version,
});
