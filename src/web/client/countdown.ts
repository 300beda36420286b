// Counts down to the end of a hold, or to the opening of a sale. The page says the same as a time of day, so nothing is lost without this script.
//   <p data-countdown="2026-11-25T10:10:00Z" data-now="2026-11-25T10:00:00Z" data-ended="Your hold has ended.">…</p>
// `data-now` is the server's clock when it made the page: a wrong clock in the browser does not change the hold.
export {};

const SAY_AT_SECONDS = 60; // once, for screen readers: time to hurry

for (const element of document.querySelectorAll<HTMLElement>('[data-countdown]')) start(element);

function start(element: HTMLElement): void {
  const end = Date.parse(element.dataset.countdown ?? '');
  const serverNow = Date.parse(element.dataset.now ?? '');
  if (Number.isNaN(end)) return;
  // Time since the page came is measured, not read from the wall clock, which may be set meanwhile.
  const startMs = performance.now();
  const leftAtStartMs = end - (Number.isNaN(serverNow) ? Date.now() : serverNow);

  const clock = document.createElement('span');
  clock.className = 'countdown';
  clock.setAttribute('role', 'timer');
  clock.setAttribute('aria-label', 'Time left');
  const spoken = document.createElement('span');
  spoken.className = 'visually-hidden';
  spoken.setAttribute('role', 'status');
  element.append(' ', clock, spoken);

  let said = false;
  const timer = setInterval(tick, 250);
  tick();

  function tick(): void {
    const leftSeconds = Math.max(0, Math.ceil((leftAtStartMs - (performance.now() - startMs)) / 1000));
    const text = clockText(leftSeconds);
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle('countdown-hurry', leftSeconds <= SAY_AT_SECONDS);
    if (leftSeconds <= SAY_AT_SECONDS && leftSeconds > 0 && !said) {
      said = true;
      spoken.textContent = `${leftSeconds} seconds left`;
    }
    if (leftSeconds > 0) return;
    clearInterval(timer);
    element.textContent = element.dataset.ended ?? 'The time is over.';
    element.setAttribute('role', 'alert');
  }
}

/** 9:05, 2:09:05, 3 days 2:09:05 */
function clockText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = seconds >= 3_600 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  if (days === 0) return clock;
  return `${days} ${days === 1 ? 'day' : 'days'} ${clock}`;
}
