/** The parts of viber-bot that Svoi uses: it comes without types. */
declare module 'viber-bot/lib/message/message.js' {
  /** What every kind of message has. Frozen once it is made. */
  export default abstract class Message {
    readonly keyboard: object | null;
    /** Parsed from JSON; `{}` when there was none, or it was none. */
    readonly trackingData: Readonly<Record<string, unknown>>;
    readonly minApiVersion: number | null | undefined;
    /** The content alone: no keyboard, no tracking data, no version. Absent fields are null. */
    toJson(): Readonly<Record<string, unknown>>;
    /** Throws when something required is missing or empty. */
    verifyMessage(): void;
  }
}

declare module 'viber-bot/lib/message/text-message.js' {
  import Message from 'viber-bot/lib/message/message.js';

  export default class TextMessage extends Message {
    readonly text: string;
    constructor(
      text: string,
      keyboard?: object | null,
      trackingData?: object | null,
      timestamp?: null,
      token?: null,
      minApiVersion?: number,
    );
  }
}

declare module 'viber-bot/lib/message/picture-message.js' {
  import Message from 'viber-bot/lib/message/message.js';

  export default class PictureMessage extends Message {
    readonly url: string;
    readonly text: string | null;
    constructor(
      url: string,
      text?: string | null,
      thumbnail?: string | null,
      keyboard?: object | null,
      trackingData?: object | null,
      timestamp?: null,
      token?: null,
      minApiVersion?: number,
    );
  }
}

declare module 'viber-bot/lib/message/contact-message.js' {
  import Message from 'viber-bot/lib/message/message.js';

  export default class ContactMessage extends Message {
    readonly contactName: unknown;
    readonly contactPhoneNumber: unknown;
  }
}

declare module 'viber-bot/lib/message/message-factory.js' {
  import type Message from 'viber-bot/lib/message/message.js';

  export default class MessageFactory {
    constructor(logger: { debug(...what: unknown[]): void });
    /** Undefined for a type it does not know; throws where the content of a known type is missing. */
    createMessageFromJson(json: { readonly message: { readonly type: string } }): Message | undefined;
  }
}

declare module 'viber-bot/lib/message/message-validator.js' {
  export default class MessageValidator {
    constructor(logger: { debug(...what: unknown[]): void }, authToken: string);
    /** Whether the hex signature is that of the body. Not in constant time. */
    validateMessage(signature: string, body: string): boolean;
  }
}
