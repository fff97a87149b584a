import type { CampaignMessage } from '../../staff/campaigns.ts';
import { campaignHome } from '../campaigns/say.ts';
import type { JourneyDefinition, MessageDefinition, StepDefinition } from '../definition.ts';
import { flowOf } from '../flow.ts';
import { type AnyMessage, formsOf, type Home, type TemplateForm } from './forms.ts';

/** A template that could be approved, and what it belongs to. */
export interface FormAt {
  readonly home: Home;
  readonly message: AnyMessage;
  readonly form: TemplateForm;
}

/** All templates that the messages of a journey take, in the order of its steps, each once. */
export function formsOfJourney(definition: JourneyDefinition): readonly FormAt[] {
  const sure = sureIn(definition);
  const messages = flowOf(definition).flatMap(({ step }) => messagesIn(step));
  return formsFor(messages, definition, sure);
}

/** All templates that the variants of a campaign take. */
export function formsOfCampaign(variants: Readonly<Record<string, CampaignMessage>>): readonly FormAt[] {
  return formsFor(Object.values(variants), campaignHome, new Set());
}

function messagesIn(step: StepDefinition): readonly MessageDefinition[] {
  if (!('message' in step)) return [];
  return 'variants' in step.message ? Object.values(step.message.variants) : [step.message];
}

/** A message that names Meta's template in every language of its text needs none of ours. */
function formsFor(
  messages: readonly AnyMessage[],
  { key, category }: Home,
  sure: ReadonlySet<string>,
): readonly FormAt[] {
  const home = { key, category };
  const all = messages
    .filter(({ text, whatsapp = {} }) => Object.keys(text).some((locale) => !(locale in whatsapp)))
    .flatMap((message) => {
      const forms = formsOf(message, home);
      const asked = new Set(forms.flatMap(({ given }) => given).filter((name) => sure.has(name)));
      const fitting = forms.filter(({ given }) => [...asked].every((name) => given.includes(name)));
      return fitting.map((form) => ({ home, message, form }));
    });
  return all.filter(({ form }, index) => all.findIndex((one) => one.form.name === form.name) === index);
}

/** What is always there where this journey speaks, though it could be missing elsewhere: no template without it is needed. */
function sureIn({ when, steps }: JourneyDefinition): ReadonlySet<string> {
  const gifts = flowOf({ steps }).flatMap(({ step }) => ('points' in step ? [step] : []));
  const burns = gifts.length > 0 && gifts.every(({ live_days: days }) => days !== undefined);
  return new Set([
    ...(burns ? ['gift.until'] : []),
    ...('date' in when && when.date === 'order.due_at' ? ['order.due_at'] : []),
    ...('near' in when ? nearNames[when.near] : []),
  ]);
}

const nearNames = { reward: ['event.name', 'event.points'], tier: ['event.name', 'event.amount'] } as const;
