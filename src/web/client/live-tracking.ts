// Keeps a tracking page up to date while it is open. Without this script, reloading does the same.
//   <div data-live="/track/…" data-sequence="3"> … </div> and, outside of it, <p data-live-status role="status"></p>
// The server sends the order as an event whenever it moves. The page itself is then fetched again and the part of it
// that is live put in place, so that what an order looks like is written once, on the server.
export {};

type Order = { events: { sequence: number }[] };

const part = document.querySelector<HTMLElement>('[data-live]');
const address = part?.dataset.live;
if (part && address) follow(part, address);

function follow(shown: HTMLElement, from: string): void {
  const source = new EventSource(from);
  source.addEventListener('message', (event: MessageEvent<string>) => {
    const order = JSON.parse(event.data) as Order;
    const newest = order.events.at(-1)?.sequence ?? 0;
    // The first event repeats what the page already shows.
    if (newest > Number(shown.dataset.sequence ?? 0)) void refresh(newest);
  });
  // A finished stream would otherwise be opened again and again.
  source.addEventListener('end', () => source.close());
  window.addEventListener('pagehide', () => source.close());

  async function refresh(newest: number): Promise<void> {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector<HTMLElement>('[data-live]');
    if (!fresh) return;
    shown.replaceChildren(...fresh.childNodes);
    shown.dataset.sequence = String(newest);
    const step = shown.querySelector('[aria-current=step] h3')?.textContent;
    const status = document.querySelector('[data-live-status]');
    if (status && step) status.textContent = `Now: ${step}`;
  }
}
