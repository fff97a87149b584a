/**
 * How a variable of a text is shown. `count` also chooses the plural form; `points`, `days` and `minutes` are numbers with
 * their noun;
 * `money` is minor units and `exact_money` may hold a fraction of one; `day`, `short_day` and `moment` are epoch
 * milliseconds; `date` is a calendar day as kept for birthdays; `kind` and `language` are codes with words of their own.
 */
export type VariableFormat =
  | 'text'
  | 'count'
  | 'number'
  | 'points'
  | 'days'
  | 'minutes'
  | 'signed_points'
  | 'money'
  | 'exact_money'
  | 'day'
  | 'short_day'
  | 'moment'
  | 'date'
  | 'kind'
  | 'language';

type Spec = Readonly<Record<string, VariableFormat>>;

/**
 * Every text a person can be told, with its variables. Core names texts by these keys and knows no language;
 * a test holds each language to exactly this list.
 */
export const wordVariables = {
  'units.points': { count: 'count' },
  'units.days': { count: 'count' },
  'units.minutes': { count: 'count' },
  'languages.uk': {},
  'languages.ru': {},
  'languages.en': {},
  'kinds.accrual': {},
  'kinds.pending': {},
  'kinds.release': {},
  'kinds.hold': {},
  'kinds.redemption': {},
  'kinds.cancel': {},
  'kinds.refund': {},
  'kinds.expiry': {},
  'kinds.adjustment': {},
  'kinds.welcome': {},
  'kinds.gift': {},
  'kinds.transfer': {},

  'bot.description': {},
  'bot.short_description': {},
  'commands.start': {},
  'commands.menu': {},
  'commands.points': {},
  'commands.pay': {},
  'commands.coupons': {},
  'commands.history': {},
  'commands.card': {},
  'commands.settings': {},
  'commands.language': {},
  'commands.help': {},
  'numbered.hint': {},
  'numbered.share_phone': {},

  'button.menu': {},
  'button.back': {},
  'button.skip': {},
  'button.yes': {},
  'button.no': {},
  'button.share_phone': {},
  'button.join': {},
  'button.points': {},
  'button.history': {},
  'button.card': {},
  'button.pay': {},
  'button.coupons': {},
  'button.settings': {},
  'button.help': {},
  'button.language': {},
  'button.older': {},
  'button.newer': {},
  'button.language_choice': { language: 'language' },

  'start.hello': {},
  'start.choose_language': {},
  'start.welcome_back': {},
  'language.choose': {},
  'language.changed': {},

  'join.ask': {},
  'join.gift': { points: 'points' },
  'join.proven': {},
  'join.not_here': {},
  'join.typed': {},
  'join.typed_nowhere': {},
  'join.not_yours': {},
  'join.unreadable': {},
  'join.first': {},
  'joined.welcome': { points: 'points' },
  'joined.without_points': {},
  'joined.saved_up': { balance: 'points' },
  'joined.back': {},
  'joined.already': {},
  'joined.other_phone': { phone: 'text' },

  'name.ask': {},
  'name.unreadable': {},
  'name.saved': { name: 'text' },
  'name.changed': { name: 'text' },
  'name.removed': {},
  'birthday.ask': {},
  'birthday.unreadable': {},
  'birthday.impossible': {},
  'birthday.saved': { date: 'date' },
  'birthday.removed': {},
  'button.remove': {},
  'consent.service': {},
  'consent.marketing': {},
  'marketing.accepted': {},
  'marketing.declined': {},

  'menu.title': { balance: 'points' },
  'points.balance': { balance: 'points', worth: 'money' },
  'points.none': {},
  'points.pending': { points: 'points' },
  'points.pending_until': { points: 'points', at: 'day' },
  'points.pending_later': { points: 'points' },
  'points.owed': { points: 'points' },
  'points.burning': { count: 'count', at: 'day' },
  'points.how': { percent: 'number', share: 'number' },

  'history.title': {},
  'history.empty': {},
  'history.line': { at: 'short_day', change: 'signed_points', kind: 'kind' },
  'history.line_at_store': { at: 'short_day', change: 'signed_points', kind: 'kind', store: 'text' },

  'why.title': { change: 'signed_points', kind: 'kind', at: 'moment' },
  'why.receipt': { number: 'text' },
  'why.receipt_at_store': { number: 'text', store: 'text' },
  'why.line': { name: 'text', amount: 'money', points: 'points' },
  'why.lines': { name: 'text', quantity: 'number', amount: 'money', points: 'points' },
  'why.more_lines': { count: 'count' },
  'why.rate': {
    percent: 'number',
    basis: 'money',
    reward: 'exact_money',
    value: 'money',
    points: 'points',
  },
  'why.rate_rounded': {
    percent: 'number',
    basis: 'money',
    reward: 'exact_money',
    value: 'money',
    points: 'points',
  },
  'why.multiplied': { paid: 'money', counted: 'money' },
  'why.good_through': { at: 'day' },
  'why.waits_for_payment': {},
  'why.waits_until': { at: 'day' },
  'why.claimed': {},
  'why.returned_before': { returned: 'points', points: 'points' },
  'why.paid': {},
  'why.welcome': {},
  'why.burned': { points: 'points', earned: 'day', last: 'day' },
  'why.returned': {
    percent: 'number',
    basis: 'money',
    reward: 'exact_money',
    value: 'money',
    points: 'points',
  },
  'why.returned_missing': { points: 'points' },
  'why.held': { until: 'moment' },
  'why.hold_cancelled': {},
  'why.hold_expired': {},
  'why.redeemed': { points: 'points', amount: 'money' },
  'why.not_asked': {},
  'why.window_closed': {},
  'why.refunded': { amount: 'money', points: 'points' },
  'why.refund_spent': { amount: 'money', points: 'points' },
  'why.refunded_waiting': { amount: 'money', points: 'points' },
  'why.refund_burned': { points: 'points' },
  'why.owed': { points: 'points' },
  'why.erased': {},
  'why.note': { note: 'text' },
  'why.undone': {},
  'why.unknown': {},

  'pay.show': { code: 'text' },
  'pay.terms': { minutes: 'minutes' },
  'pay.most': { balance: 'points', worth: 'money', share: 'number' },
  'pay.most_all': { balance: 'points', worth: 'money' },
  'pay.again': {},
  'pay.alt': { code: 'text' },
  'redeem.ask': { points: 'points', amount: 'money', total: 'money' },
  'redeem.ask_at_store': { points: 'points', amount: 'money', total: 'money', store: 'text' },
  'redeem.not_you': {},
  'redeem.yes': {},
  'redeem.no': {},
  'redeem.held': { points: 'points' },
  'redeem.declined': {},
  'redeem.too_few': { balance: 'points' },
  'redeem.late': {},
  'redeem.cancelled': {},
  'redeem.paid': { points: 'points' },

  'coupons.title': {},
  'coupons.none': {},
  'coupons.gone': {},
  'coupons.more': {},
  'coupons.line': { title: 'text' },
  'coupons.line_until': { title: 'text', at: 'short_day' },
  'coupons.show': { title: 'text' },
  'coupons.code': { code: 'text' },
  'coupons.alt': { code: 'text' },
  'coupons.terms': { terms: 'text' },
  'coupons.min_cart': { amount: 'money' },
  'coupons.left': { days: 'days', at: 'day' },
  'coupons.today': { at: 'moment' },
  'coupons.no_end': {},

  'card.show': { number: 'text' },
  'card.alt': { number: 'text' },
  'card.none': {},

  'settings.title': {},
  'settings.language': { language: 'language' },
  'settings.name': { name: 'text' },
  'settings.name_none': {},
  'settings.birthday': { date: 'date' },
  'settings.birthday_none': {},
  'settings.notifications': {},
  'settings.leave': {},
  'settings.erase': {},
  'notifications.service_on': {},
  'notifications.service_off': {},
  'notifications.marketing_on': {},
  'notifications.marketing_off': {},
  'notifications.turn_service_on': {},
  'notifications.turn_service_off': {},
  'notifications.turn_marketing_on': {},
  'notifications.turn_marketing_off': {},

  'help.how': { percent: 'number', days: 'days' },
  'help.how_to_join': {},
  'help.commands': {},
  'help.claim': {},
  'help.unknown': {},
  'help.restarted': {},
  'help.old_button': {},

  'claim.join_first': {},
  'claim.done': { points: 'points' },
  'claim.done_unpaid': { points: 'points' },
  'claim.done_until': { points: 'points', at: 'day' },
  'claim.unknown': {},
  'claim.yours': {},
  'claim.taken': {},
  'claim.over': {},
  'claim.empty': {},
  'claim.enough': { count: 'count' },
  'claim.wait': { count: 'count' },

  'leave.ask': {},
  'leave.yes': {},
  'leave.done': {},
  'erase.ask': {},
  'erase.next': {},
  'erase.sure': { balance: 'points' },
  'erase.sure_empty': {},
  'erase.yes': {},
  'erase.done': {},

  'notify.points_earned': { points: 'points', balance: 'points' },
  'notify.points_pending': { points: 'points' },
  'notify.points_pending_until': { points: 'points', at: 'day' },
  'notify.points_spent': { points: 'points' },
  'notify.points_spent_at': { points: 'points', store: 'text' },
  'notify.balance': { balance: 'points' },
  'notify.points_adjusted': { change: 'signed_points', note: 'text' },
  'notify.points_corrected': { change: 'signed_points' },
  'notify.coupon': { title: 'text' },
  'notify.coupon_until': { title: 'text', at: 'day' },
  'notify.goods_returned': { amount: 'money' },
  'notify.points_returned': { points: 'points' },
  'notify.points_taken_back': { points: 'points' },
} as const satisfies Readonly<Record<string, Spec>>;

/** The name of a text in `locales/`. */
export type WordKey = keyof typeof wordVariables;

type Value<Format> = Format extends 'text' | 'date' | 'kind' | 'language' ? string : number;
type ValuesOf<S> = { readonly [Name in keyof S]: Value<S[Name]> };

/** A text by its key, filled in: a key that does not exist, or a variable left out, does not compile. */
export type Words = {
  [Key in WordKey]: keyof (typeof wordVariables)[Key] extends never
    ? { readonly key: Key; readonly variables?: never }
    : { readonly key: Key; readonly variables: ValuesOf<(typeof wordVariables)[Key]> };
}[WordKey];
