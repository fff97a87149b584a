import { renderUnicodeCompact } from 'uqr';
import type { LinkState } from './link.ts';

/**
 * What the terminal shows when things change, for whoever starts Svoi; undefined where it says nothing. `pageUrl` opens the
 * page that shows the same.
 */
export function terminalText(state: LinkState, pageUrl: string): string | undefined {
  switch (state.kind) {
    case 'scan':
      return [
        'On the phone of the shop: WhatsApp > Settings > Linked devices > Link a device. Scan this:',
        blackOnWhite(renderUnicodeCompact(state.qr, { ecc: 'L', border: 2 })),
        `Or scan it here: ${pageUrl}`,
      ].join('\n');
    case 'enter':
      return [
        `On the phone with ${state.phone}: WhatsApp > Settings > Linked devices > Link a device > Link with phone number.`,
        `Type this code: ${spacedCode(state.code)}`,
        `It also stands here: ${pageUrl}`,
      ].join('\n');
    case 'connected':
      return state.online ? `WhatsApp is connected${state.phone ? ` as ${state.phone}` : ''}.` : undefined;
    case 'asleep':
      return `Nobody linked WhatsApp, so its browser is off. For a new code open ${pageUrl}`;
    default:
      return undefined;
  }
}

/** The blocks of a QR code are what is white in it: said to the terminal, whose own colours may be the other way round. */
function blackOnWhite(blocks: string): string {
  return blocks.replace(/^.+$/gm, (line) => `\u001b[40;97m${line}\u001b[0m`);
}

/** A pairing code as the phone shows it: two halves. */
export function spacedCode(code: string): string {
  return code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}
