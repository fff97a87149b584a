import type { JourneyDraft } from './pen.ts';

/**
 * An invoice that nobody paid: before its day, on it, and after it with a word to the manager who looks after it. One that
 * comes at short notice begins where it is by then.
 */
const invoice: JourneyDraft = {
  key: 'invoice',
  write: ({ message, opens, link, tellManager }) => {
    const buttons = [[link('invoice', '{{order.url}}')], [opens('human')]];
    return {
      category: 'service',
      topic: 'orders',
      weight: 95,
      when: { date: 'order.due_at', days: -3, at: '10:00', where: { kind: 'invoice' }, late_days: 4 },
      while: { status: '!=paid, completed, cancelled, canceled' },
      control: 0,
      steps: [
        { if: { days_left: '>=1' }, do: [message('before', { buttons, goodFor: '2d' })] },
        { wait: { until_day: 0, at: '10:00' } },
        { if: { days_left: '>=0' }, do: [message('day', { buttons, goodFor: '1d' })] },
        { wait: { until_day: 3, at: '10:00' } },
        message('after', { buttons, goodFor: '3d' }),
        tellManager('manager'),
      ],
    };
  },
};

/** A document that waits for a signature: the next day, three days later, then the manager calls. */
const document: JourneyDraft = {
  key: 'document',
  write: ({ message, opens, link, tellManager }) => {
    const buttons = [[link('document', '{{order.url}}')], [opens('human')]];
    return {
      category: 'service',
      topic: 'orders',
      weight: 90,
      when: {
        event: 'order_status',
        where: { kind: 'document', status: 'awaiting_signature' },
        after: '1d',
      },
      while: { status: 'awaiting_signature' },
      control: 0,
      steps: [
        message('first', { buttons, goodFor: '2d' }),
        { wait: '3d' },
        message('second', { buttons, goodFor: '2d' }),
        tellManager('manager'),
      ],
    };
  },
};

/** What business customers are reminded of. */
export const business: readonly JourneyDraft[] = [invoice, document];
