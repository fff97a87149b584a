import type { FetchOutcome } from '../channel.ts';
import { fetchBytes } from '../fetching.ts';

/**
 * Fetches what somebody sent from where Viber keeps it. The address came with a message: it is asked for nothing but
 * Viber's own hosts, over https, or where the REST API is.
 */
export function createFetchMedia(apiRoot: string) {
  const home = new URL(apiRoot).origin;
  return async (ref: string, mostBytes: number): Promise<FetchOutcome> => {
    const url = URL.canParse(ref) ? new URL(ref) : undefined;
    const isOurs = url && (url.origin === home || isViber(url));
    if (!isOurs) return { status: 'refused', detail: 'the address of a picture is not at Viber' };
    return fetchBytes(url.href, mostBytes);
  };
}

/** Pictures come from dl-media.viber.com; the default port only, and nobody's name in the address. */
function isViber({ protocol, hostname, port, username }: URL): boolean {
  return protocol === 'https:' && port === '' && username === '' && /(^|\.)viber\.com$/.test(hostname);
}
