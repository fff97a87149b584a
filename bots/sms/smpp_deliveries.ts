import type { Pdu } from 'smpp';
import { z } from 'zod';
import type { ReceiptStatus } from '../../core/messaging/receipts.ts';

/** A part of a message that came in several: `key` names the message among those of its sender. */
export interface PartOf {
  readonly key: string;
  readonly total: number;
  /** From 1. */
  readonly number: number;
}

/** What a server delivered. */
export type Delivery =
  /** `ids`: the names the receipt gives the message, the surest first. */
  | {
      readonly kind: 'receipt';
      readonly ids: readonly string[];
      readonly state: ReceiptStatus | undefined;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'message'; readonly from: string; readonly text: string; readonly part?: PartOf }
  /** Notices on the way, and what is no text. */
  | { readonly kind: 'other' };

const content = z
  .object({ message: z.string(), udh: z.array(z.instanceof(Uint8Array)).optional().catch(undefined) })
  .optional()
  .catch(undefined);

const schema = z.object({
  source_addr: z.string().catch(''),
  destination_addr: z.string().catch(''),
  esm_class: z.int().catch(0),
  short_message: content,
  message_payload: content,
  receipted_message_id: z.string().min(1).optional().catch(undefined),
  message_state: z.int().optional().catch(undefined),
  sar_msg_ref_num: z.int().optional().catch(undefined),
  sar_total_segments: z.int().optional().catch(undefined),
  sar_segment_seqnum: z.int().optional().catch(undefined),
});

/** SMPP 3.4, 5.2.28. Under way (1), accepted (6) and unknown (7) tell nothing. */
const states: Readonly<Record<number, ReceiptStatus>> = {
  2: 'delivered',
  ...{ 3: 'failed', 4: 'failed', 5: 'failed', 8: 'failed' },
};

/** SMPP 3.4, appendix B: the same in the text of a receipt. */
const spelledStates: Readonly<Record<string, ReceiptStatus>> = {
  DELIVRD: 'delivered',
  ...{ EXPIRED: 'failed', DELETED: 'failed', UNDELIV: 'failed', REJECTD: 'failed' },
};

/** What kind of message it is stands in these bits: 0x04 is a receipt, 0x20 a notice on the way. */
const kindBits = 0x3c;
const receiptBit = 0x04;

/** Reads what a server delivered: as TLVs, as the text most servers write, or both. */
export function readDelivery(pdu: Pdu): Delivery {
  const fields = schema.parse(pdu);
  const text = fields.short_message?.message || fields.message_payload?.message || '';
  const kind = fields.esm_class & kindBits;
  const isReceipt = kind === receiptBit || fields.receipted_message_id !== undefined;
  if (isReceipt) return readReceipt(fields, text);
  if (kind !== 0 || text === '') return { kind: 'other' };
  const part = partOf(fields);
  return { kind: 'message', from: fields.source_addr, text, ...(part ? { part } : {}) };
}

type Fields = z.output<typeof schema>;

function readReceipt(fields: Fields, text: string): Delivery {
  const written = /\bid:\s*(\S+)/i.exec(text)?.[1];
  const ids = [fields.receipted_message_id, written].filter((id) => id !== undefined);
  const spelled = /\bstat:\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? '';
  const state = fields.message_state === undefined ? spelledStates[spelled] : states[fields.message_state];
  return { kind: 'receipt', ids, state, from: fields.source_addr, to: fields.destination_addr };
}

/** The header of a long message (3GPP 23.040, elements 0 and 8), or the TLVs that say the same. */
function partOf(fields: Fields): PartOf | undefined {
  for (const element of fields.short_message?.udh ?? []) {
    const [name, , ...rest] = element;
    if (name !== 0 && name !== 8) continue;
    const [total = 0, number = 0] = rest.slice(-2);
    return { key: rest.slice(0, -2).join('.'), total, number };
  }
  const { sar_msg_ref_num: key, sar_total_segments: total, sar_segment_seqnum: number } = fields;
  if (key === undefined || total === undefined || number === undefined) return undefined;
  return { key: `sar ${key}`, total, number };
}
