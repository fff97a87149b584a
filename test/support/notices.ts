import { written } from '../../core/journeys/templates/written.ts';
import type { Notice } from '../../core/messaging/notices.ts';
import { type NoticeRequest, planNotice } from '../../core/messaging/plan.ts';
import type { Button } from '../../core/messaging/types.ts';
import { readRow, readRows, statement } from '../../db/database.ts';
import { noticeFrom } from '../../db/facts/notices.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { settleNotices } from '../../jobs.ts';
import type { Svoi } from '../../svoi.ts';

/** A button of a message that opens a page. */
export function linkTo(url: string, label = 'Open'): Button {
  return { kind: 'link', label: written({ text: label, locale: 'en' }, {}), url };
}

/** Tells the customer of a phone something, as a campaign or a journey does. */
export async function tellCustomer(
  svoi: Svoi,
  phone: string,
  request: Partial<NoticeRequest>,
): Promise<void> {
  const command: AnyCommand<null> = {
    name: 'test.tell',
    needs: { customers: [{ ref: { phone } }] },
    decide(facts, context) {
      const record = facts.customer({ phone });
      if (!record) throw new Error(`nobody has ${phone}`);
      const asked = { category: 'service', kind: 'test', reply: { paragraphs: [] }, ...request } as const;
      return { ok: true, changes: planNotice(asked, record, svoi.messagingRules(), context), result: null };
    },
  };
  await svoi.submit(command);
}

/** Goes on with notices, and takes everything that waits in the outbox as sent: the message's id is the channel's. */
export async function sendAll(svoi: Svoi): Promise<void> {
  await settleNotices(svoi);
  await svoi.database.write([
    statement(
      `update messages set state = 'sent', sent_at = ?, provider_id = id where state = 'queued'`,
      svoi.clock.now(),
    ),
  ]);
}

/** The notices of a campaign or journey as they are kept, the oldest first. */
export async function noticesOf(svoi: Svoi, campaign: string): Promise<Notice[]> {
  const rows = await readRows(
    svoi.database,
    'select * from notices where campaign = ? order by id',
    campaign,
  );
  return rows.map(noticeFrom);
}

/** The channel's id of the newest message of a notice, as `sendAll` made it. */
export async function messageIdOf(svoi: Svoi, { id }: Pick<Notice, 'id'>): Promise<string> {
  const row = await readRow(
    svoi.database,
    'select provider_id from messages where notice_id = ? order by id desc limit 1',
    id,
  );
  return String(row?.provider_id);
}
