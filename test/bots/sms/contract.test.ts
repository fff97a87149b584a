import { describeChannel } from '../../contract/channel.ts';
import { describeGateway, phone, sendingOver } from '../../contract/sms_gateway.ts';
import { smpp, smsc, turboSms, twilio } from '../../support/sms/gateways.ts';

describeGateway('SMPP', smpp);
describeGateway('TurboSMS', turboSms);
describeGateway('SMSC', smsc);
describeGateway('Twilio', twilio);

for (const [name, makeParts] of Object.entries({ SMPP: smpp, Twilio: twilio })) {
  describeChannel(`SMS over ${name}`, async () => {
    const t = await sendingOver(makeParts);
    let last = '';
    const say = async (text: string, again?: 'again') => {
      last = text;
      await t.say?.(t.take, text, again);
    };
    return {
      channel: t.sms.channel,
      address: phone,
      events: t.events,
      seen: async () => t.phones.seen.map(({ id, text }) => ({ id, text, picture: false, buttons: [] })),
      fail: (fault) => void t.phones.faults.push(fault),
      person: {
        start: (context) => say(context ? `START ${context}` : '/start'),
        say: (text) => say(text),
      },
      // SMPP delivers again only what we refused.
      ...(makeParts === twilio ? { redeliver: () => say(last, 'again') } : {}),
      close: t.close,
    };
  });
}
