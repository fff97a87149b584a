/**
 * Stands in for web.whatsapp.com: as much of its inside as whatsapp-web.js 1.34.7 reaches into, around the account of
 * `echo.ts`: it is linked a moment after its code is shown, and every person answers.
 */
(() => {
  const events = () => {
    const heard = [];
    return {
      on: (names, run) => heard.push(...names.split(' ').map((name) => ({ name, run }))),
      once: (name, run) => heard.push({ name, run }),
      off: (name, run) => {
        const index = heard.findIndex((one) => one.name === name && one.run === run);
        if (index >= 0) heard.splice(index, 1);
      },
      tell: (name, ...given) => {
        for (const one of heard.filter((candidate) => candidate.name === name)) one.run(...given);
      },
    };
  };
  const wid = (name) => {
    const [user, server] = String(name).split('@');
    const id = { user, server, _serialized: `${user}@${server}` };
    // What crosses over to the library may hold no functions.
    return Object.defineProperty(id, 'isLid', { value: () => server === 'lid', enumerable: false });
  };
  const me = wid('380440000001@c.us');
  const phones = { '111@lid': '380639998877@c.us', '222@lid': '380671112233@c.us' };
  const people = ['380501234567@c.us', '380671112233@c.us', '111@lid', '222@lid', '333@lid'];
  /** Chats the page finds only by the hidden id. */
  const onlyHidden = { '380671112233@c.us': '222@lid' };

  const heard = events();
  let codeShown = false;
  const socket = {
    ...heard,
    state: 'UNPAIRED',
    on(name, run) {
      heard.on(name, run);
      // The library listens, and the code is on the screen: somebody scans it.
      if (name === 'change:hasSynced' && codeShown) later(scan);
    },
  };
  const scan = () => {
    socket.state = 'CONNECTED';
    socket.tell('change:hasSynced');
  };
  const conn = { ref: 'first-ref', serialize: () => ({ pushname: 'Shop' }), ...events() };
  const chats = { ...events(), all: new Map(), getModelsArray: () => [...chats.all.values()] };
  const messages = {
    ...events(),
    all: new Map(),
    get: (id) => messages.all.get(id),
    getMessagesById: async () => ({ messages: [] }),
  };
  chats.get = (id) => chats.all.get(id._serialized);

  let count = 0;
  const nextId = (prefix) => {
    count += 1;
    return `${prefix}${count}`;
  };
  const model = (chat, more) => {
    const id = { fromMe: false, remote: chat.id, id: nextId('WEB'), ...more.id };
    id._serialized = `${id.fromMe}_${chat.id._serialized}_${id.id}`;
    const plain = { type: 'chat', t: Math.floor(Date.now() / 1000), from: chat.id, ...more, id };
    const message = { ...plain, isNewMsg: true, serialize: () => structuredClone(plain) };
    messages.all.set(id._serialized, message);
    chat.msgs.push(message);
    return message;
  };
  const chatWith = (name) => {
    const msgs = [];
    const chat = {
      id: wid(name),
      unreadCount: 0,
      msgs: Object.assign(msgs, { getModelsArray: () => [...msgs] }),
    };
    chats.all.set(name, chat);
    return chat;
  };
  const unread = (name, texts, more = {}) => {
    const chat = chatWith(name);
    for (const body of texts) model(chat, { body, ...more });
    chat.unreadCount = texts.length;
  };
  unread('380501234567@c.us', ['one', 'two']);
  unread('111@lid', ['three']);
  unread('12036302@g.us', ['in a group']);

  const later = (run) => setTimeout(run, 30);
  const setState = (state) => {
    socket.state = state;
    socket.tell('change:state', socket, state);
  };
  const acked = (message, ack) => {
    message.ack = ack;
    messages.tell('change:ack', message, ack);
  };
  /** Four bytes that somebody took with a camera, as good as any. */
  const photoBytes = new Uint8Array([255, 216, 255, 217]);
  const photo = () => ({
    ...{ type: 'image', mimetype: 'image/jpeg', size: photoBytes.length, caption: 'here', body: '/9j/' },
    ...{ directPath: '/v/t62', mediaKey: 'key', mediaData: { mediaStage: 'RESOLVED' } },
  });
  const answer = (chat, sent) => {
    if (sent.body === 'log me out') return setState('UNPAIRED');
    if (sent.body === 'block me') return setState('TOS_BLOCK');
    for (const ack of [1, 2, 3]) acked(sent, ack);
    if (sent.body === 'send me a photo') return messages.tell('add', model(chat, photo()));
    const body = sent.type === 'image' ? `picture: ${sent.caption}` : `echo: ${sent.body}`;
    messages.tell('add', model(chat, { body, quotedStanzaID: sent.id.id }));
  };

  const modules = {
    WAWebSocketModel: { Socket: socket },
    WAWebCmd: { Cmd: { refreshQR() {}, ...events() } },
    WAWebConnModel: { Conn: conn },
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
    WAWebAltDeviceLinkingApi: {
      setPairingType() {},
      async initializeAltDeviceLinking() {},
      startAltLinkingFlow: async () => 'ABCD1234',
    },
    WABase64: { encodeB64: (bytes) => btoa(String(bytes)) },
    WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: '1' },
    WAWebUserPrefsInfoStore: { waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: 'noise' } }) } },
    WAWebSignalStoreApi: {
      waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: 'identity' } }) },
    },
    WAWebUserPrefsMultiDevice: {
      getADVSecretKey: () => {
        codeShown = true;
        return 'secret';
      },
    },
    WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me, getMaybeMeLidUser: () => wid('999@lid') },
    WAWebCollections: { Msg: messages, Chat: chats },
    WAWebChatGetters: { getIsNewsletter: () => false, getIsBroadcast: () => false },
    WAWebDownloadManager: {
      downloadManager: { downloadAndMaybeDecrypt: async () => photoBytes.slice().buffer },
    },
    WALinkify: { findLink: () => undefined, findLinks: () => [] },
    WAWebWidFactory: { createWid: wid },
    WAWebStreamModel: { Stream: { markAvailable() {}, markUnavailable() {} } },
    WAWebUpdateUnreadChatAction: {
      sendSeen: async ({ chat }) => {
        chat.unreadCount = 0;
      },
    },
    WAWebQueryExistsJob: {
      queryWidExists: async (id) => (people.includes(id._serialized) ? { wid: { ...id } } : null),
    },
    WAWebApiContact: {
      getCurrentLid: (id) => {
        const lid = Object.keys(phones).find((one) => phones[one] === id._serialized);
        return lid && { ...wid(lid) };
      },
      getPhoneNumber: (id) => phones[id._serialized] && { ...wid(phones[id._serialized]) },
    },
    WAWebFindChatAction: {
      findOrCreateLatestChat: async (id) => {
        if (onlyHidden[id._serialized]) throw new Error('No LID for user');
        if (!people.includes(id._serialized)) return undefined;
        return { chat: chatWith(id._serialized) };
      },
    },
    WAWebMsgKey: Object.assign(
      function WebMsgKey({ to, id }) {
        return { fromMe: true, remote: to, id, _serialized: `true_${to._serialized}_${id}` };
      },
      { newId: async () => nextId('OURS') },
    ),
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebSendMsgChatAction: {
      addAndSendMsgToChat: (chat, { id, type, body, caption, t }) => {
        const message = model(chat, { id, type, body, caption, t, ack: 0 });
        later(() => answer(chat, message));
        return [Promise.resolve(), Promise.resolve()];
      },
    },
    WAWebSyncGatingUtils: {},
  };
  window.require = (name) => {
    // To make a thumbnail of a picture takes all of WhatsApp.
    if (window.WWebJS) {
      window.WWebJS.processMediaData = async ({ mimetype }) => ({ type: 'image', mimetype, preview: '' });
    }
    return modules[name] ?? {};
  };
  window.Debug = { VERSION: '2.3000.0' };
})();
