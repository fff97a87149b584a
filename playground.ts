import type { Render } from './bots/render.ts';
import { createPlayground, type Playground } from './bots/web/playground/app.tsx';
import type { PlaygroundClock } from './bots/web/playground/clock.ts';
import type { Api } from './bots/web/playground/till.ts';
import { SvoiError } from './core/errors.ts';
import { inviteStaff } from './core/staff/invite.ts';
import { latestMessages } from './db/message_log.ts';
import type { Shops } from './db/shops.ts';
import type { Svoi } from './svoi.ts';
import type { WebParts } from './web.ts';

/** What a root has ready when it opens the playground. */
export interface PlaygroundOptions {
  readonly web: WebParts;
  readonly shops: Shops;
  readonly clock: PlaygroundClock;
  readonly render: Render;
  readonly api: Api;
}

/** Joins the playground to a database: its till has a shop and a key of its own, a new key at every start. */
export async function openPlayground(svoi: Svoi, options: PlaygroundOptions): Promise<Playground> {
  const { web, shops, ...rest } = options;
  return createPlayground({
    ...web,
    ...rest,
    handle: svoi.handleEvent,
    program: svoi.program,
    chatSecret: web.secret,
    shopKey: await playgroundKey(shops),
    invite: async ({ number, id }) => {
      const invited = await svoi.submit(inviteStaff({ phone: number, role: id, stores: [] }));
      return invited.ok ? invited.result.token : undefined;
    },
    messageLog: (limit) => latestMessages(svoi.database, limit),
  });
}

const shopName = 'Playground';

async function playgroundKey(shops: Shops): Promise<string> {
  const added = await shops.add(shopName, 'till');
  const made = added.ok ? added : await shops.rotate(shopName);
  if (!made.ok) {
    throw new SvoiError('shop_revoked', `the shop "${shopName}" was revoked: start with another database`);
  }
  return made.result.key;
}
