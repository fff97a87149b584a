/** How things stand between our browser and the shop's WhatsApp. */
export type LinkState =
  | { readonly kind: 'stopped' }
  /** The browser is coming up, or messages are being fetched. */
  | { readonly kind: 'starting' }
  /** A phone has to scan this QR code. `again`: the phone had been linked, and was logged out. */
  | { readonly kind: 'scan'; readonly qr: string; readonly again: boolean }
  /** This code has to be typed on the phone with the number `phone`. */
  | { readonly kind: 'enter'; readonly code: string; readonly phone: string; readonly again: boolean }
  /** `phone`: the shop's number, E.164, where the page says it. `online`: whether WhatsApp can be reached just now. */
  | { readonly kind: 'connected'; readonly phone: string | undefined; readonly online: boolean }
  /** Something broke; the browser is started again in a while. */
  | { readonly kind: 'waiting'; readonly detail: string }
  /** The phone or WhatsApp ended the session; a new code comes. */
  | { readonly kind: 'logged_out' }
  /** Nobody scanned for a long time: the browser is off until somebody looks. */
  | { readonly kind: 'asleep' }
  /** WhatsApp does not let this number in. */
  | { readonly kind: 'blocked' };
