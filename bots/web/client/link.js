/**
 * Keeps the page that links WhatsApp up to date: it is fetched anew every two seconds, and only what differs is replaced,
 * so that a screen reader hears of changes and of nothing else.
 */
const everyMs = 2000;

async function refresh() {
  const response = await fetch(location.href, { cache: 'no-store' });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const id of ['state', 'shown']) {
    const [now, next] = [document.getElementById(id), fresh.getElementById(id)];
    if (now && next && now.innerHTML !== next.innerHTML) now.replaceChildren(...next.childNodes);
  }
}

async function keepFresh() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    // A server that is just starting again is asked again.
    if (!document.hidden) await refresh().catch(() => undefined);
  }
}

void keepFresh();
