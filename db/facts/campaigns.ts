import type { Campaign, CampaignFacts } from '../../core/staff/campaigns.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { eachRow, type FactSource } from './source.ts';

/** How many of the newest campaigns are shown. */
const campaignsShown = 8;

const campaignOf = reader(schema.campaigns);

/** A campaign as stored, in the words of core. */
export function campaignFrom(row: Row): Campaign {
  const { message, plan: _, startsAt: __, ...campaign } = campaignOf(row);
  const { text } = JSON.parse(message) as Pick<Campaign, 'text'>;
  return { ...(campaign as Omit<Campaign, 'text'>), text };
}

/** Reads campaigns. */
export function campaignSource(): FactSource<CampaignFacts> {
  const found = new Map<string, Campaign>();
  let last: Campaign[] = [];
  return {
    queries(needs) {
      const ids = needs.flatMap((need) => need.campaigns ?? []);
      const byId = statement(
        'select c.* from json_each(?) i join campaigns c on c.id = i.value',
        JSON.stringify(ids),
      );
      const newest = statement('select * from campaigns order by id desc limit ?', campaignsShown);
      return [
        ...(ids.length > 0 ? [eachRow(byId, (row) => found.set(String(row.id), campaignFrom(row)))] : []),
        ...(needs.some((need) => need.lastCampaigns)
          ? [
              {
                statement: newest,
                take: (rows: readonly Row[]) => {
                  last = rows.map(campaignFrom);
                },
              },
            ]
          : []),
      ];
    },
    facts: { campaign: (id) => found.get(id), lastCampaigns: () => last },
    keysOf: (needs) => needs.campaigns ?? [],
  };
}

/** What two rounds of reading found: the newer where both have it. */
export function joinCampaignFacts(first: CampaignFacts, second: CampaignFacts): CampaignFacts {
  return {
    campaign: (id) => second.campaign(id) ?? first.campaign(id),
    lastCampaigns() {
      const newer = second.lastCampaigns();
      return newer.length > 0 ? newer : first.lastCampaigns();
    },
  };
}
