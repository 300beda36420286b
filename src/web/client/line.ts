// Keeps the page of somebody in line up to date. Without this script the page reloads itself.
//   <div data-line="/line/…"> … <span data-field="position">Number 12</span> … </div>, and <p data-line-status role="status"></p>
// Each event carries all that changes; the page is not asked for again, since 20,000 people may hear the same news.
export {};

type Place = {
  position: number | null;
  waiting: number;
  units: { available: number; held: number; sold: number };
  estimate: string;
};

// Often enough for who listens to the page instead of looking at it.
const SAY_EVERY_MS = 30_000;

const part = document.querySelector<HTMLElement>('[data-line]');
const address = part?.dataset.line;
if (part && address) follow(part, address);

function follow(shown: HTMLElement, from: string): void {
  const source = new EventSource(from);
  let saidAtMs = performance.now();

  source.addEventListener('message', (event: MessageEvent<string>) => {
    const { position, waiting, units, estimate } = JSON.parse(event.data) as Place;
    const place = position === null ? 'To be drawn' : `Number ${counted(position)}`;
    write('position', place);
    write('waiting', counted(waiting));
    write('available', counted(units.available));
    write('held', counted(units.held));
    write('sold', counted(units.sold));
    write('estimate', estimate);
    if (position === null || performance.now() - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = performance.now();
    say(`${place} of ${counted(waiting)} waiting`);
  });
  source.addEventListener('granted', (event: MessageEvent<string>) => {
    source.close();
    const { paymentPage } = JSON.parse(event.data) as { paymentPage: string };
    document.title = 'It is your turn · Souk';
    say('It is your turn. The payment page opens.');
    location.assign(paymentPage);
  });
  source.addEventListener('closed', (event: MessageEvent<string>) => {
    source.close();
    const { heading, message } = JSON.parse(event.data) as { heading: string; message: string };
    document.title = `${heading} · Souk`;
    const title = document.querySelector('h1');
    if (title) title.textContent = heading;
    const told = document.createElement('p');
    told.textContent = message;
    const again = document.createElement('a');
    again.href = from;
    again.textContent = 'Look again';
    const way = document.createElement('p');
    way.append(again);
    shown.replaceChildren(told, way);
    say(`${heading}. ${message}`);
  });
  source.addEventListener('error', () => {
    // Refused, because this node has no room: the page that reloads itself needs none.
    if (source.readyState === EventSource.CLOSED) location.replace(`${from}?refresh=on`);
  });
  window.addEventListener('pagehide', () => source.close());

  function say(text: string): void {
    const status = document.querySelector('[data-line-status]');
    if (status) status.textContent = text;
  }
}

function write(field: string, text: string): void {
  for (const element of document.querySelectorAll(`[data-field="${field}"]`)) {
    if (element.textContent !== text) element.textContent = text;
  }
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
