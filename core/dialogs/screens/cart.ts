import type { Button } from '../../messaging/types.ts';
import { closed } from '../../purchases/cart_changes.ts';
import type { Cart } from '../../purchases/carts.ts';
import { cartLines, openCart } from '../cart_words.ts';
import type { Route } from '../routes.ts';
import { type MemberTurn, type Outcome, press, saying, toMenu, writing } from '../turn.ts';
import type { DialogNeeds, DialogState } from '../types.ts';
import { menu } from './home.ts';

const ours = /^crt_[0-9A-Z]{26}$/;

/** The cart that our last message in a chat was about: its buttons tell. */
export function cartIn(state: DialogState | null): string | undefined {
  const [, id] =
    state?.choices.map((choice) => /^decline:(crt_[0-9A-Z]{26})$/.exec(choice)).find(Boolean) ?? [];
  return id;
}

/** What a screen about a cart needs to know. */
export function cartNeeds(route: Route): DialogNeeds {
  if (route.kind !== 'screen' || (route.name !== 'cart' && route.name !== 'decline')) return {};
  return ours.test(route.argument) ? { carts: [route.argument] } : {};
}

/** A cart of this person, whatever became of it; without an id the one that is open. */
function namedCart(turn: MemberTurn, argument: string): Cart | undefined {
  const { id } = turn.record.customer;
  if (argument === '') return openCart(turn, id);
  const found = turn.facts.cart(argument);
  const isTheirs = found?.customerId === id || turn.facts.cartsOf(id).some((cart) => cart.id === found?.id);
  return isTheirs ? found : undefined;
}

/** What lies in the cart, and what can be done about it. `argument`: our id of it, or nothing for the one that is open. */
export function cart(turn: MemberTurn, argument: string): Outcome | undefined {
  if (argument !== '' && !ours.test(argument)) return undefined;
  const found = namedCart(turn, argument);
  if (found?.state === 'open') return show(turn, found);
  const another = openCart(turn, turn.record.customer.id);
  const said = saying(turn, { key: wordsFor(found) });
  return another && argument !== '' ? show(said, another) : menu(said, '');
}

function wordsFor(found: Cart | undefined) {
  if (!found) return 'cart.none';
  return found.state === 'bought' ? 'cart.bought' : 'cart.over';
}

function show(turn: MemberTurn, found: Cart): Outcome {
  const { url, totalMinor: amount } = found;
  const opening: Button[] = url === null ? [] : [{ kind: 'link', label: { key: 'cart.open' }, url }];
  return {
    step: 'cart',
    paragraphs: [
      ...turn.lead,
      [{ key: 'cart.title' }, ...cartLines(found), { key: 'cart.total', variables: { amount } }],
      ...(turn.staff ? [] : [{ key: 'cart.how' } as const]),
    ],
    buttons: [
      ...(opening.length > 0 ? [opening] : []),
      ...(turn.staff ? [] : [[press({ key: 'cart.help' }, 'human')]]),
      [press({ key: 'cart.decline' }, `decline:${found.id}`), ...toMenu],
    ],
  };
}

/** The customer is no longer interested: nothing more is said about this cart. */
export function decline(turn: MemberTurn, argument: string): Outcome | undefined {
  if (argument !== '' && !ours.test(argument)) return undefined;
  const found = namedCart(turn, argument);
  if (!found || found.state === 'bought') return menu(saying(turn, { key: wordsFor(found) }), '');
  const paragraphs = [...turn.lead, { key: 'cart.declined' } as const];
  const outcome: Outcome = { step: 'cart_declined', paragraphs, buttons: [toMenu] };
  const changes = { cartUpdates: [closed(found, 'declined', turn.context.now)] };
  return found.state === 'open' ? writing(changes, outcome) : outcome;
}
